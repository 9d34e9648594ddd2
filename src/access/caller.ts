import { includesRole, type Role } from './role.js';

/** Who a credential says its bearer is, and what that bearer may do. */
export interface Identity {
  /**
   * How the caller is named in `created_by` and in the audit log: `api-key:<name of the key>` or
   * `oidc:<subject>`; null where nobody is asked (AUTH=off).
   */
  name: string | null;
  /** null: the credential is valid, and its bearer may do nothing. */
  role: Role | null;
  /** The clients whose images exist for the caller; null: all of them. */
  clientIds: readonly string[] | null;
}

/** Who sends a request. Whatever reads or changes data is told, and asks it what the caller may see. */
export class Caller implements Identity {
  readonly name: string | null;
  readonly role: Role | null;
  readonly clientIds: readonly string[] | null;

  /** @param requestId of the request, as the log and `X-Request-Id` have it; null outside of requests */
  constructor(
    identity: Identity,
    readonly requestId: string | null,
  ) {
    this.name = identity.name;
    this.role = identity.role;
    this.clientIds = identity.clientIds;
  }

  /** The service itself, doing what nobody asked for at the moment. */
  static readonly service = new Caller({ name: 'service', role: 'admin', clientIds: null }, null);

  /** Who has a shell on the machine and works with the command line. */
  static readonly operator = new Caller({ name: 'operator', role: 'admin', clientIds: null }, null);

  /** Whether the caller is bound to clients, so that everything of others does not exist for it. */
  get isBound(): boolean {
    return this.clientIds !== null;
  }

  may(required: Role): boolean {
    return this.role !== null && includesRole(this.role, required);
  }

  /** Whether what belongs to this client exists for the caller. */
  sees(clientId: string): boolean {
    return this.clientIds === null || this.clientIds.includes(clientId);
  }
}

/** Everybody, where AUTH=off. */
export const ANYBODY: Identity = { name: null, role: 'admin', clientIds: null };
