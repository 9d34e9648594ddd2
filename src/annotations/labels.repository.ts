import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { plannedRows } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import { LISTED_UNDER } from './image-instrument.entity.js';
import { InstrumentChange } from './instrument-change.entity.js';
import type { Carriers, Label } from './instrument-changes.js';

interface LabelRow {
  id: string;
  name: string;
  version: number;
  renamed_at: Date | null;
  renamed_by: string | null;
}

/** What was done to a label; the rest is known by the row itself. */
export type NewChange = Omit<InstrumentChange, 'id' | 'instrument' | 'target'>;

const LABELS = `
    SELECT id, name, version, renamed_at, renamed_by FROM instruments WHERE removed_at IS NULL AND name = $1`;

/** On more images than these it is estimated what carries a label. */
const COUNTED_IMAGES = 50_000;
/** In so many it is looked up how many annotations of a label an image has. */
const SAMPLED_IMAGES = 2_000;
const LISTED = 'image_instruments WHERE instrument_id = ANY($1::bigint[])';
const LISTS = `SELECT FROM ${LISTED}`;

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
    const carrying = `image_instruments WHERE instrument_id = ANY(${LISTED_UNDER('instruments.id')})`;
    const [row] = await this.dataSource.manager.query<LabelRow[]>(
      `${LABELS} AND ($2::text[] IS NULL OR $3::boolean OR NOT EXISTS (SELECT FROM ${carrying}) OR EXISTS (
           SELECT FROM images WHERE images.id IN (SELECT image_id FROM ${carrying})
              AND images.trashed_at IS NULL AND ${visibleImages('$2')}))`,
      [name, caller.clientIds, isShared],
    );
    return row && toLabel(row);
  }

  /**
   * How much carries a label; in all images, whoever they belong to. Of many images it is estimated: to count a million
   * takes a second, and many times that where the disk has to be asked.
   */
  async carriersOf(id: string): Promise<Carriers> {
    const { manager } = this.dataSource;
    const [ids] = await manager.query<{ listed: string[] }[]>(
      `SELECT ${LISTED_UNDER('$1')} AS listed`,
      [id],
    );
    const listed = ids?.listed ?? [];
    if (await this.isOnMany(listed)) return this.estimatedCarriersOf(listed);
    // To tell images apart takes longer than to count them: only one that is listed twice needs it.
    const [row] = await manager.query<{ images: string; annotations: string }[]>(
      `SELECT count(${listed.length > 1 ? 'DISTINCT image_id' : '*'}) AS images,
              coalesce(sum(annotation_count), 0) AS annotations
         FROM ${LISTED}`,
      [listed],
    );
    const counted = {
      images: Number(row?.images ?? 0),
      annotations: Number(row?.annotations ?? 0),
    };
    return { ...counted, isEstimated: false };
  }

  private async isOnMany(listed: readonly string[]): Promise<boolean> {
    const [row] = await this.dataSource.manager.query<{ count: string }[]>(
      `SELECT count(*) AS count FROM (${LISTS} LIMIT ${COUNTED_IMAGES + 1}) AS listed`,
      [listed],
    );
    return Number(row?.count ?? 0) > COUNTED_IMAGES;
  }

  /** What the planner expects, times what an image has on average among some of them. */
  private async estimatedCarriersOf(listed: readonly string[]): Promise<Carriers> {
    const { manager } = this.dataSource;
    const expected = await plannedRows(manager, LISTS, [listed]);
    const images = Math.max(COUNTED_IMAGES + 1, Math.round(expected));
    const [row] = await manager.query<{ mean: string }[]>(
      `SELECT avg(annotation_count) AS mean
         FROM (SELECT annotation_count FROM ${LISTED} LIMIT ${SAMPLED_IMAGES}) AS listed`,
      [listed],
    );
    return { images, annotations: Math.round(images * Number(row?.mean ?? 1)), isEstimated: true };
  }

  /** Whether anything carries a label. */
  async isCarried(manager: EntityManager, id: string): Promise<boolean> {
    const [row] = await manager.query<{ carried: boolean }[]>(
      `SELECT EXISTS (
         SELECT FROM annotations
          WHERE instrument_id = ANY(ARRAY(SELECT id FROM instruments WHERE id = $1 OR merged_into = $1))
            AND deleted_at IS NULL) AS carried`,
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

  /** Gives a label another name, with those that were merged into it. */
  async rename(
    manager: EntityManager,
    id: string,
    name: string,
    deed: { at: Date; by: string | null },
  ): Promise<void> {
    await manager.query(
      `UPDATE instruments SET name = $2, version = version + 1, renamed_at = $3, renamed_by = $4
        WHERE id = $1 OR merged_into = $1`,
      [id, name, deed.at, deed.by],
    );
  }

  /** Ends a label: whatever carries it, or one that was merged into it, carries another one from now on. */
  async merge(
    manager: EntityManager,
    id: string,
    target: { id: string; name: string },
    deed: { at: Date; by: string | null },
  ): Promise<void> {
    await manager.query(
      `UPDATE instruments
          SET merged_into = $2, name = $3, version = version + 1, renamed_at = $4, renamed_by = $5,
              removed_at = coalesce(removed_at, $4), relisting = relisting OR id = $1
        WHERE id = $1 OR merged_into = $1`,
      [id, target.id, target.name, deed.at, deed.by],
    );
  }

  /** Ends a label that nothing carries. */
  async remove(manager: EntityManager, id: string, at: Date): Promise<void> {
    await manager.query('UPDATE instruments SET removed_at = $2 WHERE id = $1', [id, at]);
  }

  async record(manager: EntityManager, change: NewChange): Promise<void> {
    await manager.insert(InstrumentChange, change);
  }

  /** What was done to whatever has had this name, and to the label that has it now; newest first. */
  async listChanges(name: string, page: PageRequest): Promise<Page<InstrumentChange>> {
    const changes = this.changesOf(name);
    if (page.after) changes.andWhere('change.id < :before', { before: page.after[0] });
    const found = await changes
      .orderBy('change.id', 'DESC')
      .limit(page.limit + 1)
      .getMany();
    return pageOf(found, page, () => this.changesOf(name).getCount());
  }

  /** What was done to all labels, from a time on; the oldest first. */
  async listAllChanges(
    since: Date | undefined,
    page: PageRequest,
  ): Promise<Page<InstrumentChange>> {
    const all = () => {
      const changes = this.dataSource.manager.createQueryBuilder(InstrumentChange, 'change');
      return since ? changes.where('change.at >= :since', { since }) : changes;
    };
    const changes = all();
    if (page.after) changes.andWhere('change.id > :after', { after: page.after[0] });
    const found = await changes
      .orderBy('change.id', 'ASC')
      .limit(page.limit + 1)
      .getMany();
    return pageOf(found, page, () => all().getCount());
  }

  private changesOf(name: string) {
    return this.dataSource.manager.createQueryBuilder(InstrumentChange, 'change').where(
      `(change.fromName = :name OR change.toName = :name OR change.instrumentId =
           (SELECT id FROM instruments WHERE name = :name AND removed_at IS NULL))`,
      { name },
    );
  }
}

/** Of changes of which one more was read. Labels are changed by hand: there is nothing to estimate. */
async function pageOf(
  found: InstrumentChange[],
  { limit, count }: PageRequest,
  total: () => Promise<number>,
): Promise<Page<InstrumentChange>> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(found.length > items.length && last ? { next: [last.id] } : {}),
    ...(count ? { total: await total() } : {}),
  };
}

function toLabel(row: LabelRow): Label {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    renamedAt: row.renamed_at,
    renamedBy: row.renamed_by,
  };
}
