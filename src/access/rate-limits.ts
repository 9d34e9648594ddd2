import type { IncomingMessage } from 'node:http';
import { Injectable, Optional } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Environment } from '../config/environment.js';
import { addressOf, networkOf } from '../http/client-address.js';
import { PrimaryLine } from '../workers/primary-line.js';
import { CredentialRefused, RateLimited } from './access.errors.js';
import type { Identity } from './caller.js';
import { credentialIn } from './known-credentials.js';
import {
  rateCounters,
  type RateCounters,
  type RequestPolicy,
  SharedCounter,
  SharedCredentials,
} from './rate-counters.js';
import type { Count } from './request-counter.js';

/** How many requests callers and addresses may send in a minute, counted by this process or by its primary. */
@Injectable()
export class RateLimits {
  private readonly requests: RateCounters['requests'];
  private readonly refusals: RateCounters['refusals'];
  private readonly known: SharedCredentials;

  constructor(environment: Environment, @Optional() line?: PrimaryLine) {
    const { requests, refusals } = line
      ? rateCounters(environment, (policy) => new SharedCounter(line, policy))
      : rateCounters(environment);
    this.requests = requests;
    this.refusals = refusals;
    this.known = new SharedCredentials(line);
  }

  /**
   * Finds out who calls, unless too many credentials from the same address were refused before: then only
   * one that was good before is looked at. So nobody behind an address locks out those who work there.
   * @param identify looks at the credential
   * @throws RateLimited without calling `identify`
   */
  async whileTrying(
    request: Request,
    response: Response,
    identify: () => Promise<Identity>,
  ): Promise<Identity> {
    const credential = credentialIn(request.headers);
    if (!this.refusals || credential === undefined)
      return this.counting(request, response, identify);
    // One that was good and is refused now has expired or was revoked: it is no guess.
    if (this.known.has(credential)) return this.counting(request, response, identify);
    const network = networkOf(addressOf(request));
    const before = await this.refusals.look(network);
    if (before.isOver && !(await this.known.wasGoodElsewhere(credential)))
      throw new RateLimited(announced(response, before));
    try {
      const identity = await identify();
      this.known.add(credential);
      return identity;
    } catch (error) {
      if (error instanceof CredentialRefused)
        announced(response, await this.refusals.count(network));
      throw error;
    }
  }

  /**
   * Counts a request, of its caller if that has a name, else of its address.
   * @throws RateLimited
   */
  async count(request: Request, response: Response, name: string | null): Promise<void> {
    if (name !== null) await this.enforce('caller', name, response);
    else await this.enforce('address', networkOf(addressOf(request)), response);
  }

  /**
   * Counts the reading of a picture at a signed address.
   * @throws RateLimited
   */
  async countPicture(request: Request, response: Response): Promise<void> {
    await this.enforce('pictures', networkOf(addressOf(request)), response);
  }

  /** Whether requests are counted at all. */
  get areCounted(): boolean {
    return this.requests !== undefined;
  }

  /**
   * Counts a request that names nobody, for an answer that the router does not give.
   * @param request one that has the properties of Express
   * @param policy that of `count` or of `countPicture`
   * @returns the headers that tell the client, names and values by turns; undefined if it is one too many
   */
  async countAhead(
    request: IncomingMessage,
    policy: Exclude<RequestPolicy, 'caller'>,
  ): Promise<readonly string[] | undefined> {
    const count = await this.requests?.[policy].count(networkOf(addressOf(request as Request)));
    if (!count) return [];
    return count.isOver ? undefined : headersOf(count).flat();
  }

  /** A request that is refused for whom it comes from counts too. */
  private async counting<T>(
    request: Request,
    response: Response,
    identify: () => Promise<T>,
  ): Promise<T> {
    try {
      return await identify();
    } catch (error) {
      await this.count(request, response, null);
      throw error;
    }
  }

  private async enforce(policy: RequestPolicy, key: string, response: Response): Promise<void> {
    if (!this.requests) return;
    const count = announced(response, await this.requests[policy].count(key));
    if (count.isOver) throw new RateLimited(count);
  }
}

/**
 * Tells the client what is left, in the words of draft-ietf-httpapi-ratelimit-headers-10 and in those of its
 * early versions, which most clients know.
 */
function announced(response: Response, count: Count): Count {
  for (const [name, value] of headersOf(count)) response.setHeader(name, value);
  return count;
}

function headersOf({ policy, limit, windowS, remaining, resetS }: Count): [string, string][] {
  return [
    ['RateLimit-Policy', `"${policy}";q=${limit};w=${windowS}`],
    ['RateLimit', `"${policy}";r=${remaining};t=${resetS}`],
    ['RateLimit-Limit', String(limit)],
    ['RateLimit-Remaining', String(remaining)],
    ['RateLimit-Reset', String(resetS)],
  ];
}
