import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** An image in the list of a label, which is in the order of capture. */
export interface ListPlace {
  imageId: string;
  /** To the millisecond, as PostgreSQL has it. */
  capturedAt: Date;
}

/** The statements that put images which are listed under a label that was merged under the one it was merged into. */
@Injectable()
export class LabelListsRepository {
  /** The labels that were merged, and under which images may be listed still. */
  async mergedLabels(manager: EntityManager): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT id FROM instruments WHERE relisting ORDER BY id',
    );
    return rows.map(({ id }) => id);
  }

  /** The next images that are listed under a label. */
  listedUnder(
    manager: EntityManager,
    labelId: string,
    after: ListPlace | undefined,
    limit: number,
  ): Promise<ListPlace[]> {
    return manager.query<ListPlace[]>(
      `SELECT image_id AS "imageId", captured_at AS "capturedAt" FROM image_instruments
        WHERE instrument_id = $1 AND (captured_at, image_id) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::bigint, 0))
        ORDER BY captured_at, image_id LIMIT $4`,
      [labelId, after?.capturedAt ?? null, after?.imageId ?? null, limit],
    );
  }

  /**
   * Lists those of these images that nobody else has locked under the labels that they carry now. They are locked first: until
   * the transaction ends nobody changes their annotations. A crash may undo it, if nothing was committed afterwards: the
   * upkeep does it again then, and the transaction need not wait for the disk.
   */
  async relistFree(manager: EntityManager, imageIds: readonly string[]): Promise<void> {
    // Arguments come first, and what a volatile function reads is as new as its call.
    await manager.query(
      `SELECT set_config('synchronous_commit', 'off', true),
              relist_merged_labels(ARRAY(
                SELECT id FROM images WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED))`,
      [imageIds],
    );
  }

  /**
   * Notes that no image is listed any more under a label that was merged: nothing puts one there again.
   * @returns false if some are
   */
  async finish(manager: EntityManager, labelId: string): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE instruments SET relisting = false
        WHERE id = $1 AND NOT EXISTS (SELECT FROM image_instruments WHERE instrument_id = $1)
       RETURNING id`,
      [labelId],
    );
    return rows.length > 0;
  }
}
