/**
 * One piece of work that many wait for. Whoever leaves, leaves the others alone; when all have left, and
 * nobody waits for it any more, the work is told to stop.
 */
export class SharedWork<T> {
  private readonly controller = new AbortController();
  private readonly result: Promise<T>;
  private waiting = 0;
  private isDone = false;

  /** @param abandoned called at once when all have left before the end: nobody is to join any more */
  constructor(
    work: (signal: AbortSignal) => Promise<T>,
    private readonly abandoned: () => void,
  ) {
    this.result = work(this.controller.signal).finally(() => (this.isDone = true));
    // Those who wait are told; perhaps nobody waits.
    this.result.catch(() => undefined);
  }

  /** Waits for the result, or until `signal` fires: then it rejects with the signal's reason at once. */
  async join(signal?: AbortSignal): Promise<T> {
    this.waiting += 1;
    try {
      return await (signal ? orAborted(this.result, signal) : this.result);
    } finally {
      this.waiting -= 1;
      if (this.waiting === 0 && !this.isDone) {
        this.abandoned();
        this.controller.abort(signal?.reason);
      }
    }
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
