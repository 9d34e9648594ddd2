import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../../access/caller.js';
import { visibleImages } from '../../access/client-scope.js';
import { countRows } from '../../database/estimate.js';
import type { Page, PageRequest } from '../../database/page.js';
import type { PurgedImage } from './purged-image.entity.js';

/** Which purged images a list tells; of the images themselves nothing else is known any more. */
export interface PurgedFilter {
  /** Inclusive. */
  since: Date;
  clientIds: readonly string[] | undefined;
}

/**
 * A key that is in use again is told by the image that has it now. OFFSET keeps that question apart: as a join, of
 * which the planner expects to leave hardly any row, it would read all images to answer it.
 */
function told(clientIds: PurgedFilter['clientIds']): string {
  // A plain equation is read in the order of the list, as in lists of images.
  const ofClients =
    clientIds?.length === 1
      ? 'purged.client_id = ($3::text[])[1]'
      : '($3::text[] IS NULL OR purged.client_id = ANY($3::text[]))';
  return `
  FROM purged_images AS purged
 WHERE purged_at >= $1 AND ${visibleImages('$2', 'purged')}
   AND ${ofClients}
   AND NOT EXISTS (SELECT FROM images
                    WHERE images.image_key = purged.image_key AND ${visibleImages('$2')} OFFSET 0)`;
}

/** The queries on what is left of purged images. */
@Injectable()
export class PurgedImagesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** A page of them, by the time of their removal. */
  async list(
    caller: Caller,
    filter: PurgedFilter,
    direction: 'ASC' | 'DESC',
    page: PageRequest,
  ): Promise<Page<PurgedImage>> {
    const parameters = [filter.since, caller.clientIds, filter.clientIds ?? null];
    const comparison = direction === 'ASC' ? '>' : '<';
    const behind = page.after
      ? `AND (purged_at, image_id) ${comparison} ($5::timestamptz, $6::bigint)`
      : '';
    const found = await this.dataSource.query<PurgedImage[]>(
      `SELECT image_id AS "imageId", image_key AS key, client_id AS "clientId", purged_at AS "purgedAt"
       ${told(filter.clientIds)} ${behind}
        ORDER BY purged_at ${direction}, image_id ${direction} LIMIT $4`,
      [...parameters, page.limit + 1, ...(page.after ?? [])],
    );
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: positionOfPurged(last) } : {}),
      ...(page.count
        ? {
            total: await countRows(
              this.dataSource.manager,
              page.count,
              `SELECT ${told(filter.clientIds)}`,
              parameters,
            ),
          }
        : {}),
    };
  }
}

/** Where it stands in the order of changes: its removal was its last one. */
export function positionOfPurged({ purgedAt, imageId }: PurgedImage): readonly [string, string] {
  return [purgedAt.toISOString(), imageId];
}
