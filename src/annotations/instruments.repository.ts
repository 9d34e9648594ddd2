import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { estimateRows } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import type { InstrumentUse } from './instrument-use.js';
import { GATE_PASSED } from './label-gate.js';

const IN_USE = `
    FROM instruments
    JOIN annotations ON annotations.instrument_id = instruments.id AND annotations.deleted_at IS NULL
    JOIN images ON images.id = annotations.image_id AND images.trashed_at IS NULL
                   AND ${visibleImages('$1')}`;

/** The statements on labels. */
@Injectable()
export class InstrumentsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The ids of the labels of these names that there are. They stay what they are until the transaction ends; one that
   * is being merged into another is that other.
   */
  async hold(manager: EntityManager, names: readonly string[]): Promise<Map<string, string>> {
    // The lock makes PostgreSQL look at the rows as they are once the gate is passed, not when the statement began;
    // storing the annotation takes the same one.
    const rows = await manager.query<{ id: string; name: string }[]>(
      `WITH gate AS MATERIALIZED (SELECT true AS passed FROM ${GATE_PASSED})
       SELECT coalesce(instruments.merged_into, instruments.id) AS id, instruments.name
         FROM gate, instruments
        WHERE instruments.name = ANY($1::text[]) AND instruments.removed_at IS NULL
          FOR KEY SHARE OF instruments`,
      [names],
    );
    return new Map(rows.map(({ id, name }) => [name, id]));
  }

  /** Makes those labels that do not exist. */
  async make(manager: EntityManager, names: readonly string[]): Promise<void> {
    await manager.query(
      `INSERT INTO instruments (name) SELECT unnest($1::text[])
       ON CONFLICT (name) WHERE removed_at IS NULL DO NOTHING`,
      [names],
    );
  }

  /** How often the labels of an image's annotations were renamed, all together. */
  async renamesOf(manager: EntityManager, imageId: string): Promise<number> {
    const [row] = await manager.query<{ renames: number }[]>(
      `SELECT coalesce(sum(instruments.version - 1), 0)::integer AS renames
         FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
        WHERE annotations.image_id = $1 AND annotations.deleted_at IS NULL`,
      [imageId],
    );
    return row?.renames ?? 0;
  }

  /** The labels that annotations of images in use carry, by name. */
  async listInUse(caller: Caller, page: PageRequest): Promise<Page<InstrumentUse>> {
    const manager = this.dataSource.manager;
    const after = page.after?.[0] ?? null;
    const found = await manager.query<{ name: string; annotations: string; images: string }[]>(
      `SELECT instruments.name, count(*) AS annotations, count(DISTINCT annotations.image_id) AS images
        ${IN_USE}
        WHERE $2::text IS NULL OR instruments.name > $2::text
        GROUP BY instruments.id, instruments.name
        ORDER BY instruments.name
        LIMIT $3`,
      [caller.clientIds, after, page.limit + 1],
    );
    const items = found.slice(0, page.limit).map((row) => ({
      name: row.name,
      annotations: Number(row.annotations),
      images: Number(row.images),
    }));
    const last = items.at(-1);
    return {
      items,
      ...(found.length > page.limit && last ? { next: [last.name] } : {}),
      ...(page.count ? { total: await this.count(caller, page.count) } : {}),
    };
  }

  private async count(caller: Caller, mode: 'exact' | 'estimated'): Promise<number> {
    const manager = this.dataSource.manager;
    const parameters = [caller.clientIds];
    if (mode === 'estimated')
      return estimateRows(manager, `SELECT DISTINCT instruments.id ${IN_USE}`, parameters);
    const [row] = await manager.query<{ count: string }[]>(
      `SELECT count(DISTINCT instruments.id) AS count ${IN_USE}`,
      parameters,
    );
    return Number(row?.count ?? 0);
  }
}
