import { DomainError } from '../errors/domain-error.js';
import type { Count } from './request-counter.js';
import type { Role } from './role.js';

/** The route is not for everybody, and the request says nothing of its caller (401). */
export class CredentialRequired extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'credential-required';
  constructor() {
    super('Say who calls: send an API key as X-API-Key, or a token as Authorization: Bearer.');
  }
}

/** The credential is none, is no longer one, or is not one for this service (401). Which, is not told. */
export class CredentialRefused extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'credential-refused';
  constructor(options?: ErrorOptions) {
    super('The credential is not valid here, or not any more.', options);
  }
}

/** The caller's role is too low for the route (403). */
export class RoleMissing extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'role-missing';
  constructor(required: Role) {
    super(`This asks for the role ${required}.`);
  }
}

/** The route concerns all clients, and the caller is bound to some (403). */
export class ClientBound extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'client-bound';
  constructor() {
    super('This concerns all clients, and the caller is bound to some of them.');
  }
}

/** The request names a client that the caller is not bound to (403). */
export class ClientForbidden extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'client-forbidden';
  constructor() {
    super('The caller is bound to other clients than the one that the request names.');
  }
}

/** A key would grant a role or clients that its maker lacks (403). */
export class KeyExceedsCaller extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'key-exceeds-caller';
  constructor() {
    super('The key would grant more than its maker has: name a role and clients of your own.');
  }
}

/** No API key has this prefix, as far as the caller may know (404). */
export class ApiKeyNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'api-key-not-found';
  constructor(prefix: string) {
    super(`There is no API key "${prefix}".`);
  }
}

/** A key has this name, or had it until it was revoked (409). */
export class ApiKeyExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'api-key-exists';
  constructor(name: string) {
    super(`An API key has or had the name "${name}": the audit log names keys by it.`);
  }
}

/** Tokens cannot be checked, because their issuer does not tell its keys at the moment (503). */
export class IssuerUnavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'issuer-unavailable';
  constructor(options?: ErrorOptions) {
    super(
      'The issuer of tokens does not answer at the moment, so that none can be checked.',
      options,
    );
  }
}

/** More came from the caller or from its address than is answered in a minute (429). */
export class RateLimited extends DomainError {
  readonly kind = 'rate-limited';
  readonly code = 'rate-limited';
  override readonly retryAfterS: number;

  constructor({ policy, limit, windowS, resetS }: Count) {
    const what = policy === 'refusals' ? 'refused credentials' : 'requests';
    super(`More than ${limit} ${what} in ${windowS} seconds: try again in ${resetS} seconds.`);
    this.retryAfterS = resetS;
  }
}
