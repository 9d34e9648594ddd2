import type { HistoryPosition, UpkeepRepository } from './upkeep.repository.js';

// Each with a polygon of up to 10,000 points, of which the row holds a reference.
const BATCH = 500;

/**
 * Removes versions of annotations that were superseded long enough ago. What an annotation was at any time since
 * then stays exact, also where it was made before: its newest version is never removed.
 */
export class HistoryPurge {
  constructor(private readonly repository: Pick<UpkeepRepository, 'purgeHistoryBefore'>) {}

  /**
   * @param before what was superseded since is kept
   * @param signal ends it between two small batches
   * @returns how many versions were removed
   */
  async purge(before: Date, signal?: AbortSignal): Promise<number> {
    let purged = 0;
    let position: HistoryPosition | undefined;
    do {
      if (signal?.aborted) break;
      const { removed, next } = await this.repository.purgeHistoryBefore(before, position, BATCH);
      purged += removed;
      position = next;
    } while (position);
    return purged;
  }
}
