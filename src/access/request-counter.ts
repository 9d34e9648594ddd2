import { RateLimiterMemory } from 'rate-limiter-flexible';

const WINDOW_S = 60;
// About 10 MB at most. Whoever sends from more networks than that within a minute starts anew.
const MOST_KEYS = 20_000;

/** How much of a limit is used. */
export interface Count {
  /** What is counted, as `RateLimit-Policy` calls it. */
  readonly policy: string;
  readonly limit: number;
  readonly windowS: number;
  readonly remaining: number;
  /** Seconds until the count begins anew. */
  readonly resetS: number;
  readonly isOver: boolean;
}

/** Counts what happens in a minute, for each of some keys. */
export interface Counter {
  /** Counts one more of a key: it is over the limit if it is more than the limit allows. */
  count(key: string): Promise<Count>;
  /** What was counted of a key so far: it is over the limit if one more would be. */
  look(key: string): Promise<Count>;
}

/** Counts in the memory of this process. */
export class RequestCounter implements Counter {
  private readonly limiter: RateLimiterMemory;
  /** Least recently counted first. */
  private readonly keys = new Set<string>();

  /** @param policy what is counted, in a word */
  constructor(
    private readonly policy: string,
    private readonly limit: number,
    private readonly mostKeys = MOST_KEYS,
  ) {
    this.limiter = new RateLimiterMemory({ points: limit, duration: WINDOW_S });
  }

  async count(key: string): Promise<Count> {
    await this.remember(key);
    const { consumedPoints, msBeforeNext } = await this.limiter.penalty(key);
    return this.state(consumedPoints, msBeforeNext, consumedPoints > this.limit);
  }

  async look(key: string): Promise<Count> {
    const { consumedPoints, msBeforeNext } = (await this.limiter.get(key)) ?? NOTHING;
    return this.state(consumedPoints, msBeforeNext, consumedPoints >= this.limit);
  }

  private async remember(key: string): Promise<void> {
    this.keys.delete(key);
    this.keys.add(key);
    if (this.keys.size <= this.mostKeys) return;
    const [oldest = key] = this.keys;
    this.keys.delete(oldest);
    await this.limiter.delete(oldest);
  }

  private state(used: number, msLeft: number, isOver: boolean): Count {
    return {
      policy: this.policy,
      limit: this.limit,
      windowS: WINDOW_S,
      remaining: Math.max(this.limit - used, 0),
      resetS: Math.max(Math.ceil(msLeft / 1_000), 1),
      isOver,
    };
  }
}

const NOTHING = { consumedPoints: 0, msBeforeNext: WINDOW_S * 1_000 };
