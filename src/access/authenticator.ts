import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Environment } from '../config/environment.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { CredentialRefused, CredentialRequired } from './access.errors.js';
import { ApiKeysService } from './api-keys.service.js';
import { ANYBODY, type Identity } from './caller.js';
import { TokenVerifier } from './token-verifier.js';

// RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110 section 11.1).
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Finds out who sends a request. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly environment: Environment,
    private readonly keys: ApiKeysService,
    private readonly tokens: TokenVerifier,
  ) {}

  /**
   * Who the request's credential says its sender is.
   * @throws CredentialRequired when there is none
   * @throws CredentialRefused when it is not valid
   * @throws InvalidRequest when there are two
   */
  async identityOf(request: Request): Promise<Identity> {
    if (this.environment.auth !== 'on') return ANYBODY;
    const { authorization, 'x-api-key': key } = request.headers;
    if (authorization !== undefined && key !== undefined)
      throw new InvalidRequest([
        { header: 'Authorization', detail: 'must not come together with X-API-Key' },
      ]);
    if (authorization === undefined && key === undefined) throw new CredentialRequired();
    const identity =
      typeof key === 'string'
        ? await this.keys.identify(key)
        : await this.identityOfToken(authorization ?? '');
    if (!identity) throw new CredentialRefused();
    return identity;
  }

  private async identityOfToken(authorization: string): Promise<Identity | undefined> {
    const [, token] = BEARER.exec(authorization) ?? [];
    return token === undefined ? undefined : this.tokens.identify(token);
  }
}
