import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { LaneRequest } from '../http/hot-lane/quick-reads.js';
import { Authenticator } from './authenticator.js';
import { Caller } from './caller.js';
import { RateLimits } from './rate-limits.js';
import type { Role } from './role.js';

/** The guard's rules for reading records, for answers ahead of the router. */
@Injectable()
export class ReadingGate {
  constructor(
    private readonly environment: Environment,
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Finds out who sends a request, notes it there, and counts the request.
   * @returns undefined, or throws, unless the guard would let it in; it knows how to refuse. Of credentials those are
   *   left to it that were not good here before.
   */
  async admit(
    request: LaneRequest & { caller?: Caller },
    role: Role,
  ): Promise<{ caller: Caller; headers: readonly string[] } | undefined> {
    if (this.environment.auth === 'on' && !this.limits.isKnown(request)) return undefined;
    const identity = await this.authenticator.identityOf(request);
    const headers = await this.limits.countAhead(request, identity.name);
    const caller = new Caller(identity, request.id);
    if (!headers || !caller.may(role)) return undefined;
    request.caller = caller;
    return { caller, headers };
  }
}
