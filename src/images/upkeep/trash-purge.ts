import type { DataSource } from 'typeorm';
import type { AuditLog } from '../../access/audit-log.service.js';
import { Caller } from '../../access/caller.js';
import { pathOf } from '../../http/reply.js';
import type { PictureStore } from '../picture-store.js';
import { UpkeepRepository } from './upkeep.repository.js';

// An image may take 2,000 annotations with it.
const BATCH = 20;

/** Removes images for good that have been in the trash long enough: the row first, then the file. */
export class TrashPurge {
  private readonly repository: UpkeepRepository;

  constructor(
    private readonly dataSource: DataSource,
    private readonly pictures: Pick<PictureStore, 'remove'>,
    private readonly audit: AuditLog,
  ) {
    this.repository = new UpkeepRepository(dataSource);
  }

  /**
   * @param before what was moved to the trash since is kept
   * @param signal ends it between two small batches
   * @returns how many images were removed
   */
  async purge(before: Date, signal?: AbortSignal): Promise<number> {
    let purged = 0;
    for (;;) {
      const batch = signal?.aborted ? 0 : await this.purgeSome(before);
      purged += batch;
      if (batch < BATCH) return purged;
    }
  }

  private async purgeSome(before: Date): Promise<number> {
    const records = await this.dataSource.transaction(async (manager) => {
      const purged = await this.repository.purgeTrashedBefore(manager, before, BATCH);
      for (const { key, clientId } of purged) {
        const subject = pathOf('images', key);
        await this.audit.recordIn(manager, Caller.service, 'image.purged', subject, clientId);
      }
      return purged;
    });
    for (const { storageKey } of records)
      if (storageKey !== null) await this.pictures.remove({ storageKey });
    return records.length;
  }
}
