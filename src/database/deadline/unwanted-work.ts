import { AsyncLocalStorage } from 'node:async_hooks';

/** Nobody waits for the answer any more, so the question is not asked. */
export class WorkUnwanted extends Error {
  constructor() {
    super('whoever asked has left');
    this.name = new.target.name;
  }
}

const currentSignal = new AsyncLocalStorage<AbortSignal>();

/**
 * Lets everything that `work` asks the database end as soon as nobody wants it: the statement that runs is
 * cancelled, and no other one is sent. Only for reading, and only for what nobody else waits for too.
 */
export function whileWanted<T>(unwanted: AbortSignal, work: () => Promise<T>): Promise<T> {
  return currentSignal.run(unwanted, work);
}

/** Tells when what is being done is not wanted any more; undefined: it is done whatever happens. */
export function unwantedSignal(): AbortSignal | undefined {
  return currentSignal.getStore();
}
