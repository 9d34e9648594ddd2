import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { withDeadlineOfItsOwn } from '../database/deadline/database-time.js';
import type { Carriers } from './instrument-changes.js';
import { changeLabelsAlone, keepLabels } from './label-gate.js';
import { LabelMergesRepository } from './label-merges.repository.js';
import { LabelsRepository } from './labels.repository.js';

/** Annotations relabelled in the first transaction, or a few more: an image is never cut in two. */
const FIRST_BATCH = 500;
const [FEWEST, MOST] = [50, 5_000];
/** Later ones are as large as takes about so long. Whoever writes to one of their images waits for it. */
const BATCH_MS = 400;

/** A merge that was begun: the label is marked, so that whoever names it means the other one. */
export interface BegunMerge {
  labelId: string;
  /** Its entry in the history. */
  changeId: string;
  by: string | null;
}

/** Carries out merges, batch by batch, beside everybody else. */
@Injectable()
export class LabelMerger {
  constructor(
    private readonly dataSource: DataSource,
    private readonly labels: LabelsRepository,
    private readonly merges: LabelMergesRepository,
  ) {}

  /**
   * Gives all annotations of a label to the one that it is merged into, and ends it. If it breaks off, what is done
   * stays done, and doing it again does the rest.
   * @returns how much of it was done here
   */
  async carryOut(merge: BegunMerge): Promise<Carriers> {
    const done = { images: 0, annotations: 0 };
    for (let size = FIRST_BATCH; ;) {
      const begun = performance.now();
      const batch = await this.once((manager) => this.moveSome(manager, merge, size));
      size = sizeAfter(size, performance.now() - begun);
      if (batch) {
        done.images += batch.images;
        done.annotations += batch.annotations;
      } else if (await this.once((manager) => this.end(manager, merge))) return done;
    }
  }

  /** @returns undefined when nothing carries the label any more, or it is not being merged any more */
  private async moveSome(
    manager: EntityManager,
    merge: BegunMerge,
    size: number,
  ): Promise<Carriers | undefined> {
    const { labelId, changeId, by } = merge;
    const images = await this.merges.nextImages(manager, labelId, size);
    if (images.length === 0) return undefined;
    await this.merges.lockImages(manager, images);
    await keepLabels(manager);
    const to = await this.merges.targetOf(manager, labelId);
    if (to === undefined) return undefined;
    const deed = { at: new Date(), by };
    const done = await this.merges.relabel(manager, images, { from: labelId, to }, deed);
    await this.merges.count(manager, changeId, done);
    return done;
  }

  /** @returns false if annotations carry the label still */
  private async end(manager: EntityManager, { labelId, changeId }: BegunMerge): Promise<boolean> {
    await changeLabelsAlone(manager);
    const isMerging = (await this.merges.targetOf(manager, labelId)) !== undefined;
    // Another request has finished it, or somebody has renamed the label meanwhile and so kept it.
    if (!isMerging) return true;
    if (await this.labels.isCarried(manager, labelId)) return false;
    const now = new Date();
    await this.labels.remove(manager, labelId, now);
    await this.labels.finishChange(manager, changeId, now);
    return true;
  }

  /** A batch may take as long as a request: all of them together may take longer. */
  private once<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return withDeadlineOfItsOwn(() => this.dataSource.transaction(work));
  }
}

/** How many annotations to relabel next: on a busy machine fewer, so that no transaction meets its deadline. */
function sizeAfter(size: number, ms: number): number {
  return Math.round(Math.min(MOST, Math.max(FEWEST, size * Math.min(2, BATCH_MS / ms))));
}
