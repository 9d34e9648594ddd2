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
   * Locks those of these images that nobody else has locked: until the transaction ends nobody changes their
   * annotations.
   */
  async lockFree(manager: EntityManager, imageIds: readonly string[]): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT id FROM images WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED',
      [imageIds],
    );
    return rows.map(({ id }) => id);
  }

  /** Lists locked images under the labels that they carry now. */
  async relist(manager: EntityManager, imageIds: readonly string[]): Promise<void> {
    await manager.query('SELECT relist_merged_labels($1::bigint[])', [imageIds]);
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
