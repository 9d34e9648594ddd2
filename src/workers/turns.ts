import type { Topic } from './topic.js';

/** The right to do what the name says, which one worker has at a time. */
export const TURNS: Topic<string, null> = { name: 'turns' };

/** Gives the right to each name to one after another, in the order in which they ask. */
export class Turns {
  /** By name: when whoever asked last has ended. */
  private readonly last = new Map<string, Promise<void>>();

  /** @param over fires when the right is given back, or not wanted any more */
  async take(name: string, over: AbortSignal): Promise<null> {
    const before = this.last.get(name);
    const ended = Promise.resolve(before)
      .then(() => untilAborted(over))
      .then(() => {
        if (this.last.get(name) === ended) this.last.delete(name);
      });
    this.last.set(name, ended);
    await before;
    return null;
  }

  /** Names that somebody has a right to, or waits for. */
  get size(): number {
    return this.last.size;
  }
}

/** Resolves when the signal fires. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
