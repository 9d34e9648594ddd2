import { Logger } from '@nestjs/common';
import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { IssuerUnavailable } from './access.errors.js';
import { fetchJson } from './bounded-fetch.js';

/** Older keys are asked for again, while tokens go on being checked with them. */
const FRESH_MS = 10 * 60_000;
/** Also while an issuer does not answer, the keys that it last told are good no longer than this. */
const USABLE_MS = 60 * 60_000;
/** For one question, which is two requests. */
const TIMEOUT_MS = 4_000;
/** A token with an unknown key makes us ask the issuer again, but no more often than this. */
const ASK_AGAIN_MS = 30_000;
/** After a failure; the Retry-After of a 503. */
const RETRY_MS = 2_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;
type Key = Awaited<ReturnType<KeySet>>;

/**
 * The public keys of an OpenID Connect issuer: found by discovery when the first token comes, kept, and
 * asked for again when they are old or a token names one that is not among them. However many tokens
 * come, there is one question at a time.
 */
export class IssuerKeys {
  private readonly logger = new Logger(IssuerKeys.name);
  private known: { keys: KeySet; since: number } | undefined;
  private asking: Promise<void> | undefined;
  private askedAt = -Infinity;
  private hasFailed = false;

  constructor(private readonly issuer: string) {}

  /**
   * The key that a token says it is signed with.
   * @throws IssuerUnavailable when the issuer cannot be asked
   * @throws JOSEError when it has no such key
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<Key> {
    const keys = await this.current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const newer = await this.newerThan(keys);
      if (!newer) throw error;
      return newer(header, token);
    }
  }

  private async current(): Promise<KeySet> {
    const age = this.age();
    if (age >= FRESH_MS && this.mayAsk(RETRY_MS)) {
      const asked = this.ask();
      if (age >= USABLE_MS) await asked;
    }
    if (this.known && this.age() < USABLE_MS) return this.known.keys;
    throw new IssuerUnavailable();
  }

  /** @returns undefined when there is nothing newer, and it is too soon to ask */
  private async newerThan(keys: KeySet): Promise<KeySet | undefined> {
    if (this.known?.keys === keys && this.mayAsk(ASK_AGAIN_MS)) await this.ask();
    if (this.known && this.known.keys !== keys) return this.known.keys;
    if (this.hasFailed) throw new IssuerUnavailable();
    return undefined;
  }

  private age(): number {
    return this.known ? performance.now() - this.known.since : Infinity;
  }

  private mayAsk(pauseMs: number): boolean {
    return this.asking !== undefined || performance.now() - this.askedAt >= pauseMs;
  }

  private ask(): Promise<void> {
    this.asking ??= this.fetchKeys().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async fetchKeys(): Promise<void> {
    this.askedAt = performance.now();
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const document = await fetchJson(await this.keysAddress(signal), signal);
      const keys = createLocalJWKSet(document as JSONWebKeySet);
      if (this.hasFailed) this.logger.log(`the issuer ${this.issuer} tells its keys again`);
      this.known = { keys, since: performance.now() };
      this.hasFailed = false;
    } catch (error) {
      // Once for each time that it goes away: it is asked every other second until it answers.
      if (!this.hasFailed)
        this.logger.warn({ err: error }, `the issuer ${this.issuer} does not tell its keys`);
      this.hasFailed = true;
    }
  }

  // OpenID Connect Discovery 1.0, section 4: the issuer in the document must be the one it was asked for.
  private async keysAddress(signal: AbortSignal): Promise<string> {
    const address = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer, jwks_uri: keys } = (await fetchJson(address, signal)) as Record<
      string,
      unknown
    >;
    if (issuer !== this.issuer)
      throw new Error(`${address} is the document of the issuer ${String(issuer)}`);
    if (typeof keys !== 'string' || !isAsSafeAs(this.issuer, keys))
      throw new Error(`${address} names no jwks_uri that can be used: ${String(keys)}`);
    return keys;
  }
}

/** Keys that come over http could be anybody's; an issuer that is asked over http is so by setting. */
function isAsSafeAs(issuer: string, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:'));
}
