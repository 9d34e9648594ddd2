import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
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
  /** Those that were counted ahead of the router, by what Express's request has in common with that of Node.js. */
  private readonly ahead = new WeakMap<IncomingHttpHeaders, Count>();

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
    const [policy, key] = countedAs(request, name);
    await this.enforce(policy, key, request, response);
  }

  /**
   * Counts the reading of a picture at a signed address.
   * @throws RateLimited
   */
  async countPicture(request: Request, response: Response): Promise<void> {
    await this.enforce('pictures', networkOf(addressOf(request)), request, response);
  }

  /** Whether requests are counted at all. */
  get areCounted(): boolean {
    return this.requests !== undefined;
  }

  /** Whether a request has a credential that was good here lately, so that nobody is guessing. */
  isKnown({ headers }: IncomingMessage): boolean {
    const credential = credentialIn(headers);
    return credential !== undefined && this.known.has(credential);
  }

  /**
   * Counts a request like `countPicture`, for an answer that the router does not give. If the router is to answer it
   * after all, it is not counted again.
   * @param request one that has the properties of Express
   * @returns the headers that tell the client, names and values by turns; undefined if it is one too many
   */
  countPictureAhead(request: IncomingMessage): Promise<readonly string[] | undefined> {
    return this.countAs('pictures', networkOf(addressOf(request as Request)), request);
  }

  /** The same for a request that counts like those of `count`. */
  countAhead(
    request: IncomingMessage,
    name: string | null,
  ): Promise<readonly string[] | undefined> {
    const [policy, key] = countedAs(request as Request, name);
    return this.countAs(policy, key, request);
  }

  private async countAs(
    policy: RequestPolicy,
    key: string,
    { headers }: IncomingMessage,
  ): Promise<readonly string[] | undefined> {
    const count = await this.requests?.[policy].count(key);
    if (!count) return [];
    this.ahead.set(headers, count);
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

  private async enforce(
    policy: RequestPolicy,
    key: string,
    { headers }: Request,
    response: Response,
  ): Promise<void> {
    if (!this.requests) return;
    const count = this.ahead.get(headers) ?? (await this.requests[policy].count(key));
    if (announced(response, count).isOver) throw new RateLimited(count);
  }
}

/** Who counts a request: its caller if that has a name, else its address. */
function countedAs(request: Request, name: string | null): [policy: RequestPolicy, key: string] {
  return name === null ? ['address', networkOf(addressOf(request))] : ['caller', name];
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
