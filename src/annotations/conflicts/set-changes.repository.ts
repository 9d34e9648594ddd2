import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AnnotationContent, contentOf } from '../annotation.js';
import { CHANGES_OF_LINEAGE, MERGED_SINCE } from '../label-lineage.js';
import type { BaseContent, ChangeSince } from './change-since.js';

interface ChangeRow extends Omit<AnnotationContent, 'instrument'> {
  index: number;
  first_version: number;
  by: string | null;
  at: Date;
  base_change: string | null;
  base_instrument: string | null;
  name_now: string | null;
}

/** What became of the annotations of an image since its set was at a version; read from the history. */
@Injectable()
export class SetChangesRepository {
  /** The indexes, in order, that changed since. */
  async indexesSince(
    manager: EntityManager,
    imageId: string,
    setVersion: number,
  ): Promise<number[]> {
    const rows = await manager.query<{ index: number }[]>(
      `SELECT DISTINCT index FROM annotation_versions
        WHERE image_id = $1 AND set_version > $2 ORDER BY index`,
      [imageId, setVersion],
    );
    return rows.map(({ index }) => index);
  }

  /**
   * What the labels of annotations were called before they were renamed or merged, by index; names that other labels
   * have by now are not among them.
   */
  async formerLabels(
    manager: EntityManager,
    imageId: string,
    indexes: readonly number[],
  ): Promise<Map<number, Set<string>>> {
    const rows = await manager.query<{ index: number; name: string }[]>(
      `WITH RECURSIVE lineage (origin, label, since) AS (
         SELECT DISTINCT instrument_id, instrument_id, 0::bigint FROM annotations
          WHERE image_id = $1 AND index = ANY($2::integer[])
         UNION ${MERGED_SINCE}
       )
       SELECT annotations.index, changes.from_name AS name
         FROM annotations
         JOIN lineage ON lineage.origin = annotations.instrument_id
         JOIN ${CHANGES_OF_LINEAGE}
        WHERE annotations.image_id = $1 AND annotations.index = ANY($2::integer[])
          AND NOT EXISTS (SELECT FROM instruments
                           WHERE instruments.name = changes.from_name AND instruments.removed_at IS NULL)`,
      [imageId, indexes],
    );
    const names = new Map<number, Set<string>>();
    for (const { index, name } of rows) names.set(index, (names.get(index) ?? new Set()).add(name));
    return names;
  }

  /** Every annotation that changed since, by its index, with what it was at the time. */
  async listSince(
    manager: EntityManager,
    imageId: string,
    setVersion: number,
  ): Promise<Map<number, ChangeSince>> {
    // Versions of an annotation have no gaps, so that the one before the first change is what it was.
    const rows = await manager.query<ChangeRow[]>(
      `SELECT changed.index, changed.first_version, newest.by, newest.at,
              base.change AS base_change, base.instrument AS base_instrument, instruments.name AS name_now,
              base.polygon, base.box, base.polyline, base.points, base.mask, base.attributes, base.source, base.confidence
         FROM (SELECT index, min(version) AS first_version, max(version) AS last_version
                 FROM annotation_versions
                WHERE image_id = $1 AND set_version > $2
                GROUP BY index) AS changed
         JOIN annotation_versions AS newest ON newest.image_id = $1 AND newest.index = changed.index
                                           AND newest.version = changed.last_version
         LEFT JOIN annotation_versions AS base ON base.image_id = $1 AND base.index = changed.index
                                              AND base.version = changed.first_version - 1
         LEFT JOIN instruments ON instruments.id = base.instrument_id`,
      [imageId, setVersion],
    );
    return new Map(
      rows.map((row) => [row.index, { at: row.at, by: row.by, base: toBase(row) }] as const),
    );
  }
}

function toBase(row: ChangeRow): BaseContent {
  if (row.first_version === 1 || row.base_change === 'deleted') return { forms: [undefined] };
  // Superseded longer ago than history is kept.
  if (row.base_change === null) return { forms: [] };
  const names = new Set([row.name_now ?? row.base_instrument, row.base_instrument]);
  return { forms: [...names].map((name) => contentOf({ ...row, instrument: name ?? '' })) };
}
