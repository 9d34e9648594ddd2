import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { estimateRows, plannedRows } from '../database/estimate.js';
import type { PageRequest } from '../database/page.js';
import type { ImageFilter } from './image.js';
import { ImagesRepository } from './images.repository.js';
import type { InstrumentUses } from './instrument-use.js';

/** In more images than these, labels are counted in about so many of them. */
const EXACT_IMAGES = 50_000;

/** Which labels are listed that no image of the filter carries: none; all; or all but those of other clients. */
export type UnusedLabels = 'left-out' | 'all' | 'unless-of-others';

interface UseRow {
  name: string;
  annotations: string;
  images: string;
}

/** What images to count in, as SQL that gives `image_id`, and how many images each of them stands for. */
interface Sample {
  images: string;
  parameters: unknown[];
  weight: number;
}

/** The statements that count labels in the images of a filter. */
@Injectable()
export class InstrumentUsesRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: ImagesRepository,
  ) {}

  /** A page of labels, by name, with what the images of a filter carry of each. */
  async list(
    caller: Caller,
    filter: ImageFilter,
    unused: UnusedLabels,
    page: PageRequest,
  ): Promise<InstrumentUses> {
    const sample = await this.sampleOf(caller, filter);
    const counted = countedIn(sample, caller, unused);
    const after = counted.parameters.length + 1;
    const found = await this.dataSource.manager.query<UseRow[]>(
      `SELECT name, annotations, images FROM (${counted.sql}) counted
        WHERE $${after}::text IS NULL OR name > $${after}::text
        ORDER BY name LIMIT $${after + 1}`,
      [...counted.parameters, page.after?.[0] ?? null, page.limit + 1],
    );
    const items = found.slice(0, page.limit).map(({ name, annotations, images }) => ({
      name,
      annotations: Number(annotations) * sample.weight,
      images: Number(images) * sample.weight,
    }));
    const last = items.at(-1);
    return {
      items,
      isEstimated: sample.weight > 1,
      ...(found.length > page.limit && last ? { next: [last.name] } : {}),
      ...(page.count ? { total: await this.count(counted, page.count) } : {}),
    };
  }

  private async count(
    { sql, parameters }: { sql: string; parameters: unknown[] },
    mode: 'exact' | 'estimated',
  ): Promise<number> {
    const { manager } = this.dataSource;
    if (mode === 'estimated') return estimateRows(manager, sql, parameters);
    const [row] = await manager.query<{ count: string }[]>(
      `SELECT count(*) AS count FROM (${sql}) counted`,
      parameters,
    );
    return Number(row?.count ?? 0);
  }

  private async sampleOf(caller: Caller, filter: ImageFilter): Promise<Sample> {
    const matching = async () =>
      (await this.images.matching(caller, filter)).select('image.id', 'image_id');
    const { manager } = this.dataSource;
    const [images, parameters] = (await matching()).getQueryAndParameters();
    const all = { images, parameters, weight: 1 };
    const expected = await plannedRows(manager, images, parameters);
    if (expected <= EXACT_IMAGES) return all;
    // The planner may be wrong about a filter, and a sample of few images says nothing.
    const [row] = await manager.query<{ count: string }[]>(
      `SELECT count(*) AS count FROM (${images} LIMIT ${EXACT_IMAGES + 1}) matching`,
      parameters,
    );
    if (Number(row?.count) <= EXACT_IMAGES) return all;
    const weight = Math.max(2, Math.round(expected / EXACT_IMAGES));
    // Ids come in order: every one of a rest is a fair part, and the same one for all pages.
    const some = (await matching()).andWhere('image.id % :weight = 0', { weight });
    const [part, partParameters] = some.getQueryAndParameters();
    return { images: part, parameters: partParameters, weight };
  }
}

/** SQL that gives each label with its counts, unweighted. */
function countedIn(sample: Sample, caller: Caller, unused: UnusedLabels) {
  const { images, parameters } = sample;
  const carriers = `(annotations JOIN (${images}) matching ON matching.image_id = annotations.image_id)
              ON annotations.instrument_id = instruments.id AND annotations.deleted_at IS NULL`;
  const counts =
    'count(annotations.index) AS annotations, count(DISTINCT annotations.image_id) AS images';
  const grouped = 'GROUP BY instruments.id, instruments.name';
  if (unused === 'left-out')
    return {
      sql: `SELECT instruments.name, ${counts} FROM instruments JOIN ${carriers} ${grouped}`,
      parameters,
    };
  const shared = `$${parameters.length + 1}`;
  const clients = `$${parameters.length + 2}`;
  return {
    sql: `SELECT instruments.name, ${counts} FROM instruments LEFT JOIN ${carriers}
           WHERE instruments.removed_at IS NULL
             AND (${shared}::boolean OR NOT EXISTS (
                    SELECT FROM annotations other
                     WHERE other.instrument_id = instruments.id AND other.deleted_at IS NULL)
                  OR EXISTS (
                    SELECT FROM annotations own JOIN images ON images.id = own.image_id
                     WHERE own.instrument_id = instruments.id AND own.deleted_at IS NULL
                       AND images.trashed_at IS NULL AND ${visibleImages(clients)}))
           ${grouped}`,
    parameters: [...parameters, unused === 'all', caller.clientIds],
  };
}
