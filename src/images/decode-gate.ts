import { Overloaded } from './image-file.errors.js';

/**
 * Lets `places` pieces of work run at once; up to `queue` more wait, first come, first served, and
 * whatever comes after those is refused with {@link Overloaded}.
 *
 * More decodes than cores finish no sooner, they only hold more memory and starve the other requests.
 */
export class DecodeGate {
  private busy = 0;
  /** A set keeps the order of arrival and lets one that gave up leave from the middle. */
  private readonly waiters = new Set<() => void>();

  constructor(
    private readonly places: number,
    private readonly queue: number,
  ) {}

  get running(): number {
    return this.busy;
  }

  get waiting(): number {
    return this.waiters.size;
  }

  /**
   * Runs `work` when its turn comes. Work whose `signal` fires while it waits is dropped: the promise
   * rejects with the signal's reason and `work` is never called. Once started, it is not interrupted.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.busy < this.places) this.busy += 1;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private turn(signal?: AbortSignal): Promise<void> {
    if (this.waiters.size >= this.queue) throw new Overloaded();
    return new Promise<void>((resolve, reject) => {
      const admitted = () => {
        signal?.removeEventListener('abort', gaveUp);
        resolve();
      };
      const gaveUp = () => {
        this.waiters.delete(admitted);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', gaveUp, { once: true });
      this.waiters.add(admitted);
    });
  }

  private leave(): void {
    const [next] = this.waiters;
    if (next === undefined) {
      this.busy -= 1;
      return;
    }
    // The place passes from hand to hand: `busy` stays, so that nobody new can slip in between.
    this.waiters.delete(next);
    next();
  }
}
