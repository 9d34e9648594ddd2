import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Carriers } from './instrument-changes.js';
import { APPEND_RELABELLED } from './history/append-versions.js';

/** The statements that give annotations of one label another one, image by image. */
@Injectable()
export class LabelMergesRepository {
  /**
   * Some images that carry a label, by id: those of its next annotations, each with all that it has.
   * @param annotations how many to look at
   */
  async nextImages(
    manager: EntityManager,
    labelId: string,
    annotations: number,
  ): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT DISTINCT image_id AS id
         FROM (SELECT image_id FROM annotations
                WHERE instrument_id = $1 AND deleted_at IS NULL
                ORDER BY image_id LIMIT $2) next
        ORDER BY image_id`,
      [labelId, annotations],
    );
    return rows.map(({ id }) => id);
  }

  /** Until the transaction ends nobody else changes the annotations of these images. */
  async lockImages(manager: EntityManager, imageIds: readonly string[]): Promise<void> {
    // By id: two merges never wait for each other in a circle, and other writers lock one image.
    await manager.query(
      'SELECT FROM images WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE',
      [imageIds],
    );
  }

  /** What a label is being merged into; undefined if it is not, or not any more. */
  async targetOf(manager: EntityManager, labelId: string): Promise<string | undefined> {
    const [row] = await manager.query<{ target: string | null }[]>(
      'SELECT merged_into AS target FROM instruments WHERE id = $1 AND removed_at IS NULL',
      [labelId],
    );
    return row?.target ?? undefined;
  }

  /** Gives the annotations of locked images that carry one label another one, and raises the versions of their sets. */
  async relabel(
    manager: EntityManager,
    imageIds: readonly string[],
    labels: { from: string; to: string },
    deed: { at: Date; by: string | null },
  ): Promise<Carriers> {
    const relabelled = await this.raiseVersionsOfMerged(manager, imageIds, labels, deed);
    const touched = [...new Set(relabelled.map(({ image_id }) => image_id))];
    // The sizes stay: they are those of the contents when they were stored, on both rows.
    await manager.query(
      `UPDATE images SET annotation_set_version = annotation_set_version + 1, updated_at = $2, updated_by = $3
        WHERE id = ANY($1::bigint[])`,
      [touched, deed.at, deed.by],
    );
    return { images: touched.length, annotations: relabelled.length };
  }

  /** Adds to what a merge has done so far. */
  async count(manager: EntityManager, changeId: string, done: Carriers): Promise<void> {
    await manager.query(
      `UPDATE instrument_changes SET image_count = image_count + $2, annotation_count = annotation_count + $3
        WHERE id = $1`,
      [changeId, done.images, done.annotations],
    );
  }

  /** Every version of an annotation that a merge raises comes about here, and is appended to the history. */
  private async raiseVersionsOfMerged(
    manager: EntityManager,
    imageIds: readonly string[],
    { from, to }: { from: string; to: string },
    { at, by }: { at: Date; by: string | null },
  ): Promise<{ image_id: string }[]> {
    return manager.query<{ image_id: string }[]>(
      `WITH relabelled AS (
         UPDATE annotations SET instrument_id = $3, version = version + 1, updated_at = $4, updated_by = $5
          WHERE image_id = ANY($1::bigint[]) AND instrument_id = $2 AND deleted_at IS NULL
         RETURNING *
       ) ${APPEND_RELABELLED} RETURNING image_id`,
      [imageIds, from, to, at, by],
    );
  }
}
