import type { DataSource, EntityManager } from 'typeorm';

/** How a write is carried out. */
export interface WriteMode {
  /** All of it is done, so that it is known what would come of it, and then undone: nothing is stored. */
  isRehearsal: boolean;
}

/** Ends a rehearsal from inside of its transaction, which is rolled back by it. */
class Rehearsed<T> extends Error {
  constructor(readonly result: T) {
    super('A rehearsal is over.');
  }
}

/**
 * Does something in a transaction, or rehearses it: with the locks, the checks and the result that it would have.
 * Whatever it writes, also to the audit log, the history and what was made of repeatable requests, is rolled back.
 */
export async function transact<T>(
  dataSource: DataSource,
  { isRehearsal }: WriteMode,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  if (!isRehearsal) return dataSource.transaction(work);
  try {
    return await dataSource.transaction(async (manager) => {
      throw new Rehearsed(await work(manager));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.result as T;
    throw error;
  }
}
