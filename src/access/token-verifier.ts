import { Injectable, Logger } from '@nestjs/common';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { Environment } from '../config/environment.js';
import { IssuerUnavailable } from './access.errors.js';
import type { Identity } from './caller.js';
import { IssuerKeys } from './issuer-keys.js';
import { identityOf } from './token-identity.js';

/** Far more than a token with the 200 groups that the largest issuers put into one. */
const MAX_TOKEN_CHARACTERS = 12_288;

/** Checks the access tokens of OIDC_ISSUER (RFC 9068, RFC 8725). */
@Injectable()
export class TokenVerifier {
  private readonly logger = new Logger(TokenVerifier.name);
  private readonly keys: IssuerKeys | undefined;

  constructor(private readonly environment: Environment) {
    const { oidcIssuer } = environment;
    this.keys = oidcIssuer === undefined ? undefined : new IssuerKeys(oidcIssuer);
  }

  /**
   * Who the bearer of a token is; undefined if the token is none, or none for this service now.
   * @throws IssuerUnavailable when the issuer cannot be asked for its keys
   */
  async identify(token: string): Promise<Identity | undefined> {
    if (!this.keys || token.length > MAX_TOKEN_CHARACTERS) return undefined;
    try {
      const claims = await this.verify(token, this.keys);
      return claims && identityOf(claims, this.environment);
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw error;
      // Also a key of the issuer's that cannot be used is no reason to let somebody in.
      if (!(error instanceof errors.JOSEError))
        this.logger.warn({ err: error }, 'a token could not be checked');
      return undefined;
    }
  }

  private async verify(token: string, keys: IssuerKeys): Promise<JWTPayload | undefined> {
    const { oidcIssuer, oidcAudience, oidcAlgorithms, oidcLeewayS } = this.environment;
    // Says nothing yet; but what does not even claim to be of our issuer is not worth a question to it.
    if (oidcAudience === undefined || decodeJwt(token).iss !== oidcIssuer) return undefined;
    const { payload } = await jwtVerify(token, (header, jws) => keys.find(header, jws), {
      issuer: oidcIssuer,
      audience: oidcAudience,
      algorithms: oidcAlgorithms,
      clockTolerance: oidcLeewayS,
      requiredClaims: ['exp', 'sub'],
    });
    return isFromTheFuture(payload, oidcLeewayS) ? undefined : payload;
  }
}

// jose looks at `iat` only where a greatest age is asked for.
function isFromTheFuture({ iat }: JWTPayload, leewayS: number): boolean {
  return iat !== undefined && iat > Date.now() / 1_000 + leewayS;
}
