import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { countRows } from '../../database/estimate.js';
import type { CountMode, Page, PageRequest } from '../../database/page.js';
import { type ContentRow, contentOfRow } from '../content-row.js';
import type { AnnotationVersion, VersionChange } from './annotation-version.js';

interface VersionRow extends ContentRow {
  index: number;
  version: number;
  change: VersionChange;
  instrument_id: string;
  instrument: string;
  content_bytes: number;
  created_at: Date;
  created_by: string | null;
  at: Date;
  by: string | null;
}

const COLUMNS = `
  index, version, change, instrument_id, instrument, polygon, box, polyline, points, mask, attributes, source,
  confidence, bbox, area, centroid, content_bytes, created_at, created_by, at, by`;

/** What a version takes of a page beside its content. */
const OVERHEAD_BYTES = 300;
const MAX_PAGE_BYTES = 8_000_000;

/** The statements that read the history. What writes it is the end of those that write annotations. */
@Injectable()
export class AnnotationHistoryRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Whether the image has, or ever had, an annotation of this index. */
  async isUsed(
    imageId: string,
    index: number,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM annotations WHERE image_id = $1 AND index = $2',
      [imageId, index],
    );
    return rows.length > 0;
  }

  /** The versions of an annotation that are kept, newest first, each with when the next one came. */
  async listOf(
    imageId: string,
    index: number,
    page: PageRequest,
  ): Promise<Page<AnnotationVersion & { supersededAt?: Date }>> {
    const manager = this.dataSource.manager;
    // Sizes first: 500 polygons of 10,000 points are never read for a page that cannot hold them.
    const sizes = await manager.query<{ version: number; bytes: number }[]>(
      `SELECT version, content_bytes AS bytes FROM annotation_versions
        WHERE image_id = $1 AND index = $2 AND ($3::integer IS NULL OR version < $3::integer)
        ORDER BY version DESC LIMIT $4`,
      [imageId, index, page.after?.[0] ?? null, page.limit + 1],
    );
    const fitting = fittingOf(sizes.slice(0, page.limit));
    const last = fitting.at(-1);
    const rows = await manager.query<(VersionRow & { superseded_at: Date | null })[]>(
      `SELECT ${COLUMNS}, (
              SELECT newer.at FROM annotation_versions newer
               WHERE newer.image_id = $1 AND newer.index = $2 AND newer.version = annotation_versions.version + 1
            ) AS superseded_at
         FROM annotation_versions
        WHERE image_id = $1 AND index = $2 AND version = ANY($3::integer[])
        ORDER BY version DESC`,
      [imageId, index, fitting.map(({ version }) => version)],
    );
    return {
      items: rows.map((row) => ({
        ...toVersion(row),
        ...(row.superseded_at && { supersededAt: row.superseded_at }),
      })),
      ...(last && fitting.length < sizes.length ? { next: [last.version] } : {}),
      ...(page.count ? { total: await this.countOf(imageId, index, page.count) } : {}),
    };
  }

  /** One version of an annotation, if it is kept. */
  async find(
    imageId: string,
    index: number,
    version: number,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<AnnotationVersion | undefined> {
    const [row] = await manager.query<VersionRow[]>(
      `SELECT ${COLUMNS} FROM annotation_versions
        WHERE image_id = $1 AND index = $2 AND version = $3`,
      [imageId, index, version],
    );
    return row && toVersion(row);
  }

  /** The newest version of an annotation that is kept; of those before another one, if there is one named. */
  async findNewest(
    imageId: string,
    index: number,
    before?: number,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<AnnotationVersion | undefined> {
    const [row] = await manager.query<VersionRow[]>(
      `SELECT ${COLUMNS} FROM annotation_versions
        WHERE image_id = $1 AND index = $2 AND ($3::integer IS NULL OR version < $3::integer)
        ORDER BY version DESC LIMIT 1`,
      [imageId, index, before ?? null],
    );
    return row && toVersion(row);
  }

  /** The annotations that an image had at a time, by index, each in the version it had then. */
  async listAsOf(imageId: string, time: Date): Promise<AnnotationVersion[]> {
    const rows = await this.dataSource.manager.query<VersionRow[]>(
      `SELECT * FROM (
         SELECT DISTINCT ON (index) ${COLUMNS} FROM annotation_versions
          WHERE image_id = $1 AND at <= $2
          ORDER BY index DESC, version DESC
       ) versions WHERE change <> 'deleted' ORDER BY index`,
      [imageId, time],
    );
    return rows.map(toVersion);
  }

  private countOf(imageId: string, index: number, mode: CountMode): Promise<number> {
    return countRows(
      this.dataSource.manager,
      mode,
      'SELECT version FROM annotation_versions WHERE image_id = $1 AND index = $2',
      [imageId, index],
    );
  }
}

/** As many as fit a page, at least one. */
function fittingOf<V extends { bytes: number }>(versions: V[]): V[] {
  let sum = 0;
  const end = versions.findIndex(({ bytes }, place) => {
    sum += bytes + OVERHEAD_BYTES;
    return place > 0 && sum > MAX_PAGE_BYTES;
  });
  return end === -1 ? versions : versions.slice(0, end);
}

function toVersion(row: VersionRow): AnnotationVersion {
  return {
    index: row.index,
    version: row.version,
    change: row.change,
    instrumentId: row.instrument_id,
    instrument: row.instrument,
    ...contentOfRow(row),
    contentBytes: row.content_bytes,
    at: row.at,
    by: row.by,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}
