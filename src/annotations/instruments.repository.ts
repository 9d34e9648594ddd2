import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { estimateRows } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import type { InstrumentUse } from './instrument-use.js';

const IN_USE = `
    FROM instruments
    JOIN annotations ON annotations.instrument_id = instruments.id AND annotations.deleted_at IS NULL
    JOIN images ON images.id = annotations.image_id AND images.trashed_at IS NULL
                   AND ${visibleImages('$1')}`;

/** The statements on labels. */
@Injectable()
export class InstrumentsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The ids of labels, which are made if they do not exist. */
  async idsOf(manager: EntityManager, names: readonly string[]): Promise<Map<string, string>> {
    // Sorted, so that two transactions that make the same labels wait for each other in the same order.
    const wanted = [...new Set(names)].sort();
    if (wanted.length === 0) return new Map();
    const known = await this.find(manager, wanted);
    const missing = wanted.filter((name) => !known.has(name));
    if (missing.length === 0) return known;
    await manager.query(
      `INSERT INTO instruments (name) SELECT unnest($1::text[])
       ON CONFLICT ON CONSTRAINT uq_instruments_name DO NOTHING`,
      [missing],
    );
    return this.find(manager, wanted);
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

  private async find(
    manager: EntityManager,
    names: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await manager.query<{ id: string; name: string }[]>(
      'SELECT id, name FROM instruments WHERE name = ANY($1::text[])',
      [names],
    );
    return new Map(rows.map(({ id, name }) => [name, id]));
  }
}
