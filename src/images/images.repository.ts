import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { estimateRows } from '../database/estimate.js';
import type { Page, PageRequest, Position } from '../database/page.js';
import type { ImageFilter, ImageSort } from './image.js';
import { Image } from './image.entity.js';

type Images = SelectQueryBuilder<Image>;
/** A row to insert. */
export type NewImage = Omit<Image, 'id' | 'location' | 'user'>;

/** A page ends early when its JSON would be longer than about this. */
const MAX_PAGE_BYTES = 8_000_000;
// What goes out for an image and for each annotation beside its stored content, roughly.
const IMAGE_OVERHEAD_BYTES = 1_000;
const ANNOTATION_OVERHEAD_BYTES = 300;

/** The queries on images. */
@Injectable()
export class ImagesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The image with this key, in use or in the trash. */
  find(caller: Caller, key: string): Promise<Image | null> {
    return this.visibleTo(caller).andWhere('image.key = :key', { key }).getOne();
  }

  /** The same, locked until the transaction ends. */
  lock(manager: EntityManager, caller: Caller, key: string): Promise<Image | null> {
    return this.visibleTo(caller, manager)
      .andWhere('image.key = :key', { key })
      .setLock('for_no_key_update')
      .getOne();
  }

  /** @returns the id of the new row, or undefined if the key is taken */
  async insert(manager: EntityManager, image: NewImage): Promise<string | undefined> {
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(Image)
      .values(image)
      .orIgnore()
      .returning('id')
      .execute();
    return (inserted.raw as { id: string }[])[0]?.id;
  }

  /** A page of the images that a filter lets through. */
  async search(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
    withAnnotations: boolean,
  ): Promise<Page<Image>> {
    const images = this.matching(caller, filter);
    if (page.after) behind(images, sort, page.after);
    const found = await sorted(images, sort)
      .limit(page.limit + 1)
      .getMany();
    const items = fitting(found.slice(0, page.limit), withAnnotations);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: positionOf(last, sort) } : {}),
      ...(page.count ? { total: await this.count(caller, filter, page.count) } : {}),
    };
  }

  private count(caller: Caller, filter: ImageFilter, mode: 'exact' | 'estimated'): Promise<number> {
    const images = this.matching(caller, filter);
    if (mode === 'exact') return images.getCount();
    const [sql, parameters] = images.select('image.id').getQueryAndParameters();
    return estimateRows(this.dataSource.manager, sql, parameters);
  }

  /** Every query on images begins here: those of other clients do not exist for the caller. */
  private visibleTo(caller: Caller, manager: EntityManager = this.dataSource.manager): Images {
    return manager
      .createQueryBuilder(Image, 'image')
      .where(visibleImages(':visibleClientIds', 'image'), { visibleClientIds: caller.clientIds });
  }

  /** Those that a filter lets through, to be selected from. */
  matching(caller: Caller, filter: ImageFilter): Images {
    const images = this.visibleTo(caller);
    images.andWhere(filter.inTrash ? 'image.trashedAt IS NOT NULL' : 'image.trashedAt IS NULL');
    if (filter.userIds) oneOf(images, 'userId', filter.userIds);
    if (filter.locationIds) oneOf(images, 'locationId', filter.locationIds);
    if (filter.clientIds) oneOf(images, 'clientId', filter.clientIds);
    if (filter.hardwareIds) oneOf(images, 'hardwareId', filter.hardwareIds);
    if (filter.mlTags) oneOf(images, 'mlTag', filter.mlTags);
    if (filter.instruments) carryingAny(images, filter.instruments);
    if (filter.capturedFrom)
      images.andWhere('image.capturedAt >= :from', { from: filter.capturedFrom });
    if (filter.capturedTo) images.andWhere('image.capturedAt < :to', { to: filter.capturedTo });
    if (filter.hasFile !== undefined)
      images.andWhere(`image.fileStorageKey IS ${filter.hasFile ? 'NOT NULL' : 'NULL'}`);
    if (filter.annotated !== undefined)
      images.andWhere(`image.annotationCount ${filter.annotated ? '> 0' : '= 0'}`);
    if (filter.keyPart !== undefined) keyContaining(images, filter.keyPart);
    return images;
  }
}

function oneOf(images: Images, property: keyof Image, values: readonly string[]): void {
  images.andWhere(`image.${property} = ANY(:${property})`, { [property]: values });
}

function carryingAny(images: Images, names: readonly string[]): void {
  images.andWhere(
    `EXISTS (SELECT FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
              WHERE annotations.image_id = image.id AND annotations.deleted_at IS NULL
                AND instruments.name = ANY(:instruments))`,
    { instruments: names },
  );
}

// The key's own collation is by code point, which knows the case of ASCII only.
function keyContaining(images: Images, part: string): void {
  const pattern = `%${part.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  images.andWhere('image.key COLLATE "default" ILIKE :pattern', { pattern });
}

// Every order ends with the id, so that equal times have one order too.
function sorted(images: Images, sort: ImageSort): Images {
  if (sort === 'image_key') return images.orderBy('image.key', 'ASC');
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  return images.orderBy(`image.${timeOf(sort)}`, direction).addOrderBy('image.id', direction);
}

function behind(images: Images, sort: ImageSort, [value, id]: Position): void {
  if (sort === 'image_key') {
    images.andWhere('image.key > :after', { after: value });
    return;
  }
  const comparison = sort.startsWith('-') ? '<' : '>';
  images.andWhere(
    `(image.${timeOf(sort)}, image.id) ${comparison} (:after::timestamptz, :afterId::bigint)`,
    { after: value, afterId: id },
  );
}

function positionOf(image: Image, sort: ImageSort): Position {
  if (sort === 'image_key') return [image.key];
  return [image[timeOf(sort)].toISOString(), image.id];
}

function timeOf(sort: Exclude<ImageSort, 'image_key'>): 'capturedAt' | 'receivedAt' {
  return sort.endsWith('received_at') ? 'receivedAt' : 'capturedAt';
}

/** As many images as fit a page, at least one. */
function fitting(images: Image[], withAnnotations: boolean): Image[] {
  let bytes = 0;
  const end = images.findIndex((image, place) => {
    bytes += IMAGE_OVERHEAD_BYTES;
    if (withAnnotations)
      bytes += image.annotationBytes + image.annotationCount * ANNOTATION_OVERHEAD_BYTES;
    return place > 0 && bytes > MAX_PAGE_BYTES;
  });
  return end === -1 ? images : images.slice(0, end);
}
