import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { LISTED_UNDER } from '../annotations/image-instrument.entity.js';
import { countRows, plannedRows } from '../database/estimate.js';
import type { PageRequest } from '../database/page.js';
import type { ImageFilter } from './image.js';
import { ImagesRepository } from './images.repository.js';
import type { InstrumentUses } from './instrument-use.js';

/** In more images than these, labels are counted in a sample. */
const EXACT_IMAGES = 50_000;
/** What the planner expects is off by some hundredths; to count whether it is takes a third of counting labels. */
const ESTIMATE_TOLERANCE = 1.05;
/** The same of images that are looked into for an area. */
const EXACT_IMAGES_OF_AREA = 10_000;
/** About so many images are a sample. */
const SAMPLED_IMAGES = 10_000;

/** A number that looks random and is always the same for an id, below `:weight`. */
const dice = (id: string) => `mod(hashint8(${id})::bigint & 2147483647, :weight::bigint)`;
// Not every one of a step: what comes in turns, such as cameras, would be in the sample always or never.
const DICED = `${dice('image.id')} = 0`;
// Ten neighbours at a time, which lie on few pages; as an array, by which PostgreSQL looks nothing else up first.
const DICED_RUNS = `image.id = ANY(ARRAY(
  SELECT 10 * (run + ${dice('run')}) + place
    FROM generate_series(0, :last::bigint / 10, :weight::bigint) AS run CROSS JOIN generate_series(0, 9) AS place))`;

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
    const counted = countedIn(sample, caller, unused, await this.isRelisting());
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
      ...(page.count
        ? {
            total: await countRows(
              this.dataSource.manager,
              page.count,
              counted.sql,
              counted.parameters,
            ),
          }
        : {}),
    };
  }

  private async isRelisting(): Promise<boolean> {
    const merged = await this.dataSource.manager.query<unknown[]>(
      'SELECT FROM instruments WHERE relisting LIMIT 1',
    );
    return merged.length > 0;
  }

  private async sampleOf(caller: Caller, wanted: ImageFilter): Promise<Sample> {
    const filter = await this.images.gathered(wanted);
    const { manager } = this.dataSource;
    const all = (await this.matching(caller, filter)).getQueryAndParameters();
    // An area that many annotations are in is looked for in each image: it is these that are too many.
    const { overlaps, ...others } = filter;
    const most = overlaps ? EXACT_IMAGES_OF_AREA : EXACT_IMAGES;
    const [sql, parameters] = overlaps
      ? (await this.matching(caller, others)).getQueryAndParameters()
      : all;
    const expected = await plannedRows(manager, sql, parameters);
    if (expected <= most * ESTIMATE_TOLERANCE) return sampleFrom(all, 1);
    // The planner may be wrong about a filter, and a sample of few images says nothing.
    const [row] = await manager.query<{ count: string }[]>(
      `SELECT count(*) AS count FROM (${sql} LIMIT ${most + 1}) matching`,
      parameters,
    );
    if (Number(row?.count) <= most) return sampleFrom(all, 1);
    const weight = Math.max(2, Math.round(expected / SAMPLED_IMAGES));
    const [newest] = await manager.query<{ id: string }[]>('SELECT max(id) AS id FROM images');
    const last = Number(newest?.id ?? 0);
    // Ids that are drawn are looked up, unless most of them would be of images that do not match.
    const draw = 10 * expected > last ? DICED_RUNS : DICED;
    const some = (await this.matching(caller, filter)).andWhere(draw, { weight, last });
    return sampleFrom(some.getQueryAndParameters(), weight);
  }

  private async matching(caller: Caller, filter: ImageFilter) {
    return (await this.images.matching(caller, filter)).select('image.id', 'image_id');
  }
}

function sampleFrom([images, parameters]: [string, unknown[]], weight: number): Sample {
  return { images, parameters, weight };
}

/**
 * SQL that sums up by the ids of labels. While images are listed anew after a merge, one may be listed under both labels:
 * then it is one image all the same.
 */
function summedUp(images: string, isRelisting: boolean): string {
  const listed = `image_instruments JOIN (${images}) matching USING (image_id)`;
  const carrying = isRelisting
    ? `(SELECT coalesce(merged_into, id) AS instrument_id, sum(annotation_count) AS annotation_count
          FROM ${listed} JOIN instruments ON instruments.id = instrument_id
         GROUP BY image_id, 1) AS carrying`
    : listed;
  return `SELECT instrument_id AS id, sum(annotation_count) AS annotations, count(*) AS images
            FROM ${carrying} GROUP BY instrument_id`;
}

/** SQL that gives each label with its counts, unweighted. */
function countedIn(sample: Sample, caller: Caller, unused: UnusedLabels, isRelisting: boolean) {
  const { images, parameters } = sample;
  // Summed up before anything is known of the labels but their ids: a name for every row would cost as much again.
  const sums = `(SELECT coalesce(merged_into, id) AS instrument_id, sum(annotations) AS annotations, sum(images) AS images
                   FROM (${summedUp(images, isRelisting)}) AS by_id JOIN instruments USING (id)
                  GROUP BY 1) AS sums ON sums.instrument_id = instruments.id`;
  if (unused === 'left-out')
    return {
      sql: `SELECT instruments.name, sums.annotations, sums.images FROM instruments JOIN ${sums}`,
      parameters,
    };
  const shared = `$${parameters.length + 1}`;
  const clients = `$${parameters.length + 2}`;
  const listed = LISTED_UNDER('instruments.id');
  return {
    sql: `SELECT instruments.name, coalesce(sums.annotations, 0) AS annotations, coalesce(sums.images, 0) AS images
            FROM instruments LEFT JOIN ${sums}
           WHERE instruments.removed_at IS NULL
             AND (${shared}::boolean OR NOT EXISTS (
                    SELECT FROM image_instruments other WHERE other.instrument_id = ANY(${listed}))
                  OR EXISTS (
                    SELECT FROM image_instruments own JOIN images ON images.id = own.image_id
                     WHERE own.instrument_id = ANY(${listed})
                       AND images.trashed_at IS NULL AND ${visibleImages(clients)}))`,
    parameters: [...parameters, unused === 'all', caller.clientIds],
  };
}
