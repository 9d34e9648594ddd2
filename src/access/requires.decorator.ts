import { applyDecorators, createParamDecorator, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import { ApiExtension } from '@nestjs/swagger';
import { Refuses } from '../http/openapi.js';
import type { Caller } from './caller.js';
import type { SignedPurpose } from './file-addresses.service.js';
import type { Role } from './role.js';

/** What a route asks of its caller. */
export type Requirement =
  | {
      kind: 'public';
      /** Requests count against the limit of their address. */
      isCounted: boolean;
    }
  | {
      kind: 'role';
      role: Role;
      /** The route concerns all clients at once: a caller who is bound to some may not. */
      unbound: boolean;
      /** An address that is signed for this is as good as a credential. */
      signedAddress: SignedPurpose | null;
    };

export const REQUIREMENT = 'access-requirement';
/** Carries a route's requirement to the OpenAPI document. */
export const ACCESS_EXTENSION = 'x-access';

/** The route asks for a caller of this role, or a higher one. Every route says this, or `Public`. */
export function Requires(
  role: Role,
  options: { unbound?: boolean; signedAddress?: SignedPurpose } = {},
): MethodDecorator & ClassDecorator {
  const { unbound = false, signedAddress = null } = options;
  const requirement: Requirement = { kind: 'role', role, unbound, signedAddress };
  return applyDecorators(
    SetMetadata(REQUIREMENT, requirement),
    ApiExtension(ACCESS_EXTENSION, requirement),
    Refuses('credential-required', 'credential-refused', 'issuer-unavailable', 'rate-limited'),
    // A token may name no role at all, so that also a viewer's route is refused to its bearer.
    Refuses('role-missing'),
    ...(unbound ? [Refuses('client-bound')] : []),
  );
}

/**
 * The route answers everybody.
 * @param options `isCounted: false` also as often as they like
 */
export function Public({ isCounted = true } = {}): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata<string, Requirement>(REQUIREMENT, { kind: 'public', isCounted }),
    ...(isCounted ? [Refuses('rate-limited')] : []),
  );
}

/** The caller of a request that the guard has let in. */
export function callerOf(request: Request): Caller {
  const { caller } = request as Request & { caller?: Caller };
  if (!caller) throw new Error('The route says nothing of who may call it.');
  return caller;
}

/** The caller of the request. */
export const CurrentCaller = createParamDecorator((_data: unknown, context): Caller =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
