import { FairQueue } from './fair-queue.js';
import { Overloaded } from './image-file.errors.js';

export interface GateLimits {
  /** Pieces of work at once. */
  places: number;
  /** Bytes that those at work may take together, by their own estimates. */
  bytes: number;
  /** How many more may wait. */
  queue: number;
}

interface Waiter {
  bytes: number;
  party: string;
  admit: () => void;
  refuse: (reason: Error) => void;
}

/** Whoever says when which work may begin. */
export type Gate = Pick<
  DecodeGate,
  'running' | 'waiting' | 'retryAfterS' | 'run' | 'runInBackground'
>;

/** Before the first work has ended, it is taken to last as long as a photograph's. */
const USUAL_MS = 500;
/** How much a work's duration counts for the estimate of the next ones. */
const WEIGHT = 0.2;

/**
 * Lets a number of pieces of work run at once whose estimated memory fits together; more wait, in turns
 * by the party that they are for, and whatever comes after those is refused with {@link Overloaded}. Within a
 * party nobody overtakes, so that a large piece is not kept waiting by small ones.
 *
 * More decodes than cores finish no sooner, they only hold more memory and starve the other requests.
 */
export class DecodeGate {
  private places: number;
  private bytes: number;
  private typicalMs = USUAL_MS;
  private readonly waiters = new FairQueue<Waiter>();
  private readonly background = new FairQueue<Waiter>();
  private isBackgroundAtWork = false;

  constructor(private readonly limits: GateLimits) {
    this.places = limits.places;
    this.bytes = limits.bytes;
  }

  get running(): number {
    return this.limits.places - this.places;
  }

  get waiting(): number {
    return this.waiters.size;
  }

  /** Background work that has not begun. */
  get waitingInBackground(): number {
    return this.background.size;
  }

  /** Bytes that running work was admitted with. */
  get bytesInUse(): number {
    return this.limits.bytes - this.bytes;
  }

  /** When somebody refused now should try again: when the queue has moved on by as much as it is long. */
  get retryAfterS(): number {
    const turns = (this.waiting + this.running) / this.limits.places;
    return Math.min(60, Math.max(1, Math.ceil((turns * this.typicalMs) / 1000)));
  }

  /**
   * Runs `work` when its turn comes. When `signal` fires, the promise rejects with its reason at once: work
   * that waits is then never begun, and work that runs is not interrupted, but keeps its place and its bytes
   * until it has really ended.
   * @param bytes estimate of the memory that the work takes
   * @param party whose work it is; a full queue has room for a party that has less in it than another
   * @throws Overloaded when the queue is full; RangeError when the work would not even fit alone
   */
  async run<T>(
    bytes: number,
    work: () => Promise<T>,
    signal?: AbortSignal,
    party = '',
  ): Promise<T> {
    this.assertFitsAlone(bytes);
    signal?.throwIfAborted();
    if (this.waiters.size === 0 && this.fits(bytes)) this.take(bytes);
    else {
      this.makeRoomFor(party);
      await this.turn(this.waiters, party, bytes, signal);
    }
    const begun = performance.now();
    const ended = work().finally(() => {
      this.typicalMs += WEIGHT * (performance.now() - begun - this.typicalMs);
      this.giveBack(bytes);
    });
    return signal ? unlessAborted(ended, signal) : ended;
  }

  /**
   * Runs `work` when nobody else waits, one such piece at a time; it waits as long as it takes. Begun, it keeps
   * its place and its bytes until it ends, as everybody's work does.
   * @throws RangeError when the work would not even fit alone; the signal's reason
   */
  async runInBackground<T>(
    bytes: number,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    this.assertFitsAlone(bytes);
    signal?.throwIfAborted();
    const turn = this.turn(this.background, '', bytes, signal);
    this.admitNext();
    await turn;
    const ended = work().finally(() => {
      this.isBackgroundAtWork = false;
      this.giveBack(bytes);
    });
    return signal ? unlessAborted(ended, signal) : ended;
  }

  private assertFitsAlone(bytes: number): void {
    if (bytes > this.limits.bytes) throw new RangeError(`${bytes} bytes never fit.`);
  }

  /** @throws Overloaded */
  private makeRoomFor(party: string): void {
    if (this.waiters.size < this.limits.queue) return;
    const overloaded = new Overloaded(this.retryAfterS);
    const other = this.waiters.lastOfMore(party);
    if (!other) throw overloaded;
    other.refuse(overloaded);
  }

  private turn(
    waiters: FairQueue<Waiter>,
    party: string,
    bytes: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const refuse = (reason: Error) => {
        signal?.removeEventListener('abort', gaveUp);
        waiters.remove(party, waiter, false);
        reject(reason);
      };
      const gaveUp = () => {
        refuse(signal?.reason as Error);
        // It may have been the one that did not fit, with smaller ones behind it.
        this.admitNext();
      };
      const admit = () => {
        signal?.removeEventListener('abort', gaveUp);
        resolve();
      };
      const waiter: Waiter = { bytes, party, admit, refuse };
      signal?.addEventListener('abort', gaveUp, { once: true });
      waiters.add(party, waiter);
    });
  }

  private giveBack(bytes: number): void {
    this.places += 1;
    this.bytes += bytes;
    this.admitNext();
  }

  private admitNext(): void {
    for (let waiter = this.waiters.next; waiter; waiter = this.waiters.next) {
      if (!this.fits(waiter.bytes)) return;
      this.admit(this.waiters, waiter);
    }
    const { next } = this.background;
    if (!next || this.isBackgroundAtWork || !this.fits(next.bytes)) return;
    this.isBackgroundAtWork = true;
    this.admit(this.background, next);
  }

  private admit(waiters: FairQueue<Waiter>, waiter: Waiter): void {
    // Taken in its name, so that nobody new can slip in between.
    this.take(waiter.bytes);
    waiters.remove(waiter.party, waiter, true);
    waiter.admit();
  }

  private fits(bytes: number): boolean {
    return this.places > 0 && bytes <= this.bytes;
  }

  private take(bytes: number): void {
    this.places -= 1;
    this.bytes -= bytes;
  }
}

/** The result of work, or at once the reason of a signal that fires before; the work goes on. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  // Whichever comes second has nobody to tell.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
