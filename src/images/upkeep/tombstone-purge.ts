import type { UpkeepRepository } from './upkeep.repository.js';

const BATCH = 1_000;

/** Forgets images that were purged long enough ago. */
export class TombstonePurge {
  constructor(private readonly repository: Pick<UpkeepRepository, 'forgetPurgedBefore'>) {}

  /**
   * @param before of what was purged since, it is kept
   * @param signal ends it between two batches
   * @returns how many were forgotten
   */
  async purge(before: Date, signal?: AbortSignal): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const batch = signal?.aborted ? 0 : await this.repository.forgetPurgedBefore(before, BATCH);
      forgotten += batch;
      if (batch < BATCH) return forgotten;
    }
  }
}
