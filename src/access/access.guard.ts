import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { ClientBound, CredentialRefused, RoleMissing } from './access.errors.js';
import { SIGNATURE_PARAMETER } from '../http/signed-identifiers.js';
import { Authenticator } from './authenticator.js';
import { Caller, type Identity } from './caller.js';
import { FileAddresses, type SignedPurpose } from './file-addresses.service.js';
import { credentialIn } from './known-credentials.js';
import { RateLimits } from './rate-limits.js';
import { REQUIREMENT, type Requirement } from './requires.decorator.js';

/** Lets a request in, or refuses it before any of its body is read. What says nothing lets nobody in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly addresses: FileAddresses,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const requirement = this.reflector.getAllAndOverride<Requirement | undefined>(REQUIREMENT, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!requirement) return false;
    const request = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
    const response = context.switchToHttp().getResponse<Response>();
    if (requirement.kind === 'public') {
      if (requirement.isCounted) await this.limits.count(request, response, null);
      return true;
    }
    const identity = await this.identify(request, response, requirement.signedAddress);
    const requestId = typeof request.id === 'string' ? request.id : null;
    const caller = new Caller(identity, requestId);
    request.caller = caller;
    if (!caller.may(requirement.role)) throw new RoleMissing(requirement.role);
    if (requirement.unbound && caller.isBound) throw new ClientBound();
    return true;
  }

  private async identify(
    request: Request,
    response: Response,
    signedFor: SignedPurpose | null,
  ): Promise<Identity> {
    if (signedFor && this.isSignedAddress(request)) {
      const bearer = await this.limits.whileTrying(request, response, () =>
        this.bearerOf(signedFor, request),
      );
      await this.limits.countPicture(request, response);
      return bearer;
    }
    const identity = await this.limits.whileTrying(request, response, () =>
      this.authenticator.identityOf(request),
    );
    await this.limits.count(request, response, identity.name);
    return identity;
  }

  /** Whether nothing but the signature of the address says who calls. */
  private isSignedAddress({ headers, query }: Request): boolean {
    if (!this.addresses.areSigned || credentialIn(headers) !== undefined) return false;
    return query[SIGNATURE_PARAMETER] !== undefined;
  }

  private async bearerOf(purpose: SignedPurpose, { query, params }: Request): Promise<Identity> {
    const signature = query[SIGNATURE_PARAMETER];
    const bearer = this.addresses.bearerOf(signature, params.image_key, purpose);
    if (!bearer) throw new CredentialRefused();
    return Promise.resolve(bearer);
  }
}
