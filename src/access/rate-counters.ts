import type { Environment } from '../config/environment.js';
import type { Desk } from '../workers/desk.js';
import type { PrimaryLine } from '../workers/primary-line.js';
import type { Topic } from '../workers/topic.js';
import { KnownCredentials } from './known-credentials.js';
import { type Count, type Counter, RequestCounter } from './request-counter.js';

const BY_DEFAULT = 600;
/** A page shows dozens of pictures at once, and behind one address may sit a whole ward. */
const PICTURES_PER_REQUEST = 10;

export type RequestPolicy = 'caller' | 'address' | 'pictures';
type Policy = RequestPolicy | 'refusals';

/** What is counted, as far as the settings limit it. */
export interface RateCounters {
  requests?: Readonly<Record<RequestPolicy, Counter>>;
  refusals?: Counter;
}

interface CountOrder {
  policy: Policy;
  key: string;
  /** Only what was counted so far. */
  isLook: boolean;
}

const COUNTS: Topic<CountOrder, Count> = { name: 'counts' };
/** Whether a credential was good for any worker, which is told of those that are. */
const GOOD_CREDENTIALS: Topic<{ digest: string; isGood: boolean }, boolean> = {
  name: 'good-credentials',
};

/** @param make a counter of a policy that has this limit */
export function rateCounters(
  { auth, rateLimit, rateLimitFailures }: Environment,
  make: (policy: Policy, limit: number) => Counter = (...limit) => new RequestCounter(...limit),
): RateCounters {
  const counters: RateCounters = {};
  const limit = rateLimit ?? (auth === 'on' ? BY_DEFAULT : 'off');
  if (limit !== 'off')
    counters.requests = {
      caller: make('caller', Number(limit)),
      address: make('address', Number(limit)),
      pictures: make('pictures', Number(limit) * PICTURES_PER_REQUEST),
    };
  if (auth === 'on') counters.refusals = make('refusals', rateLimitFailures);
  return counters;
}

/** Has the primary count, so that a limit holds for all workers together. */
export class SharedCounter implements Counter {
  constructor(
    private readonly line: PrimaryLine,
    private readonly policy: Policy,
  ) {}

  count(key: string): Promise<Count> {
    return this.line.ask(COUNTS, { policy: this.policy, key, isLook: false });
  }

  look(key: string): Promise<Count> {
    return this.line.ask(COUNTS, { policy: this.policy, key, isLook: true });
  }
}

/** Credentials that were good here lately, or for another worker. */
export class SharedCredentials {
  private readonly known = new KnownCredentials();

  constructor(private readonly line?: PrimaryLine) {}

  /** Whether it was good here. */
  has(credential: string): boolean {
    return this.known.has(credential);
  }

  /** Whether it was good for another worker. */
  async wasGoodElsewhere(credential: string): Promise<boolean> {
    const digest = KnownCredentials.digestOf(credential);
    return (await this.line?.ask(GOOD_CREDENTIALS, { digest, isGood: false })) ?? false;
  }

  add(credential: string): void {
    const isNew = !this.known.has(credential);
    this.known.add(credential);
    if (!this.line || !isNew) return;
    const digest = KnownCredentials.digestOf(credential);
    // That the others do not hear of it matters only where an address is shut out, and then for a while.
    this.line.ask(GOOD_CREDENTIALS, { digest, isGood: true }).catch(() => undefined);
  }
}

/** The primary's part of it. */
export function countFor(desk: Desk, environment: Environment): void {
  const { requests, refusals } = rateCounters(environment);
  desk.answers(COUNTS, ({ policy, key, isLook }) => {
    const counter = policy === 'refusals' ? refusals : requests?.[policy];
    if (!counter) throw new Error(`${policy} has no limit.`);
    return isLook ? counter.look(key) : counter.count(key);
  });
  const good = new KnownCredentials();
  desk.answers(GOOD_CREDENTIALS, ({ digest, isGood }) => {
    if (isGood) good.addDigest(digest);
    return good.hasDigest(digest);
  });
}
