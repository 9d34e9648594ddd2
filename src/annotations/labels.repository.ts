import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import type { Page, PageRequest } from '../database/page.js';
import { InstrumentChange } from './instrument-change.entity.js';
import type { Carriers, Label } from './instrument-changes.js';

interface LabelRow {
  id: string;
  name: string;
  version: number;
  renamed_at: Date | null;
  renamed_by: string | null;
  target_id: string | null;
  target_name: string | null;
}

/** What was done to a label; the rest is known by the row itself. */
export type NewChange = Omit<InstrumentChange, 'id' | 'instrument'>;

const LABELS = `
    SELECT instruments.id, instruments.name, instruments.version, instruments.renamed_at, instruments.renamed_by,
           target.id AS target_id, target.name AS target_name
      FROM instruments LEFT JOIN instruments target ON target.id = instruments.merged_into
     WHERE instruments.removed_at IS NULL AND instruments.name = $1`;

const CARRIED = `
    SELECT FROM annotations WHERE instrument_id = instruments.id AND deleted_at IS NULL`;

/** The statements on labels themselves. */
@Injectable()
export class LabelsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(
    name: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Label | undefined> {
    const [row] = await manager.query<LabelRow[]>(LABELS, [name]);
    return row && toLabel(row);
  }

  /**
   * The same for a caller who may be bound to clients: what only the images of others carry does not exist for it.
   * @param isShared whether all callers know all labels
   */
  async findFor(caller: Caller, name: string, isShared: boolean): Promise<Label | undefined> {
    const [row] = await this.dataSource.manager.query<LabelRow[]>(
      `${LABELS} AND ($2::text[] IS NULL OR $3::boolean OR NOT EXISTS (${CARRIED}) OR EXISTS (
           SELECT FROM annotations JOIN images ON images.id = annotations.image_id
            WHERE annotations.instrument_id = instruments.id AND annotations.deleted_at IS NULL
              AND images.trashed_at IS NULL AND ${visibleImages('$2')}))`,
      [name, caller.clientIds, isShared],
    );
    return row && toLabel(row);
  }

  /** How much carries a label, or one that is being merged into it; in all images, whoever they belong to. */
  async carriersOf(id: string): Promise<Carriers> {
    const [row] = await this.dataSource.manager.query<{ images: string; annotations: string }[]>(
      `SELECT count(DISTINCT image_id) AS images, coalesce(sum(annotation_count), 0) AS annotations
         FROM image_instruments
        WHERE instrument_id = ANY(ARRAY(SELECT id FROM instruments WHERE id = $1 OR merged_into = $1))`,
      [id],
    );
    return { images: Number(row?.images ?? 0), annotations: Number(row?.annotations ?? 0) };
  }

  /** Whether anything carries a label, or is going to. */
  async isCarried(manager: EntityManager, id: string): Promise<boolean> {
    const [row] = await manager.query<{ carried: boolean }[]>(
      `SELECT EXISTS (${CARRIED})
           OR EXISTS (SELECT FROM instruments other
                       WHERE other.merged_into = instruments.id AND other.removed_at IS NULL) AS carried
         FROM instruments WHERE id = $1`,
      [id],
    );
    return row?.carried === true;
  }

  /** @returns the id of the new label, or undefined if there is one of this name */
  async insert(manager: EntityManager, name: string): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `INSERT INTO instruments (name) VALUES ($1)
       ON CONFLICT (name) WHERE removed_at IS NULL DO NOTHING RETURNING id`,
      [name],
    );
    return row?.id;
  }

  /** Gives a label another name; what was begun of merging it stays as it is. */
  async rename(
    manager: EntityManager,
    id: string,
    name: string,
    deed: { at: Date; by: string | null },
  ): Promise<void> {
    await manager.query(
      `UPDATE instruments
          SET name = $2, version = version + 1, renamed_at = $3, renamed_by = $4, merged_into = NULL
        WHERE id = $1`,
      [id, name, deed.at, deed.by],
    );
  }

  /** Lets whoever names a label, or one that is being merged into it, mean another one. */
  async markMerging(manager: EntityManager, id: string, targetId: string): Promise<void> {
    await manager.query(
      `UPDATE instruments SET merged_into = $2
        WHERE (id = $1 OR merged_into = $1) AND removed_at IS NULL`,
      [id, targetId],
    );
  }

  /** Ends a label that nothing carries. */
  async remove(manager: EntityManager, id: string, at: Date): Promise<void> {
    await manager.query('UPDATE instruments SET removed_at = $2 WHERE id = $1', [id, at]);
  }

  /** @returns the id of the entry */
  async record(manager: EntityManager, change: NewChange): Promise<string> {
    const inserted = await manager.insert(InstrumentChange, change);
    return (inserted.identifiers[0] as { id: string }).id;
  }

  /** The merge of a label that was begun and not finished. */
  async findUnfinished(manager: EntityManager, id: string): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT id FROM instrument_changes
        WHERE instrument_id = $1 AND action = 'merged' AND finished_at IS NULL
        ORDER BY id DESC LIMIT 1`,
      [id],
    );
    return row?.id;
  }

  async finishChange(manager: EntityManager, changeId: string, at: Date): Promise<void> {
    await manager.query('UPDATE instrument_changes SET finished_at = $2 WHERE id = $1', [
      changeId,
      at,
    ]);
  }

  /** What was done to whatever has had this name, and to the label that has it now; newest first. */
  async listChanges(name: string, page: PageRequest): Promise<Page<InstrumentChange>> {
    const changes = this.changesOf(name);
    if (page.after) changes.andWhere('change.id < :before', { before: page.after[0] });
    const found = await changes
      .orderBy('change.id', 'DESC')
      .limit(page.limit + 1)
      .getMany();
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: [last.id] } : {}),
      // Those of one label are few: there is nothing to estimate.
      ...(page.count ? { total: await this.changesOf(name).getCount() } : {}),
    };
  }

  private changesOf(name: string) {
    return this.dataSource.manager.createQueryBuilder(InstrumentChange, 'change').where(
      `(change.fromName = :name OR change.toName = :name OR change.instrumentId =
           (SELECT id FROM instruments WHERE name = :name AND removed_at IS NULL))`,
      { name },
    );
  }
}

function toLabel(row: LabelRow): Label {
  const { target_id: id, target_name: name } = row;
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    renamedAt: row.renamed_at,
    renamedBy: row.renamed_by,
    mergingInto: id === null || name === null ? null : { id, name },
  };
}
