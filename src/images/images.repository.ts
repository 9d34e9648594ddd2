import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { estimateRows } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import type { ImageFilter, ImageSort } from './image.js';
import { Image } from './image.entity.js';
import { ReviewTransition } from './review-transition.entity.js';
import { reviewStateOf, type StatedReview } from './review-state.js';
import { narrow } from './search/image-conditions.js';
import { behind, isByCapture, positionOf, sorted } from './search/image-order.js';
import { LabelIds } from './search/label-ids.js';
import { labelToWalk } from './search/label-walk.js';

type Images = SelectQueryBuilder<Image>;
type RawImage = Record<string, unknown>;
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

  /** The images with these keys, in use or in the trash, by key. */
  async findAll(
    caller: Caller,
    keys: readonly string[],
    manager?: EntityManager,
  ): Promise<Map<string, Image>> {
    if (keys.length === 0) return new Map();
    const found = await this.visibleTo(caller, manager)
      .andWhere('image.key = ANY(:keys)', { keys })
      .getMany();
    return new Map(found.map((image) => [image.key, image]));
  }

  /** @returns the ids of the new rows, by key: one that is taken has none */
  async insertAll(
    manager: EntityManager,
    images: readonly NewImage[],
  ): Promise<Map<string, string>> {
    if (images.length === 0) return new Map();
    // In one order, so that two batches of the same keys wait for each other and never in a circle.
    const ordered = [...images].sort((a, b) => (a.key < b.key ? -1 : 1));
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(Image)
      .values(ordered)
      .orIgnore()
      .returning(['id', 'key'])
      .updateEntity(false)
      .execute();
    const rows = inserted.raw as { id: string; image_key: string }[];
    return new Map(rows.map(({ id, image_key }) => [image_key, id]));
  }

  /**
   * Adds a step to the review of a locked image.
   * @param review what is said of it from then on
   */
  async noteStepIn(
    manager: EntityManager,
    image: Image,
    review: StatedReview | null,
    step: { by: string | null; note: string | null },
  ): Promise<void> {
    await manager.insert(ReviewTransition, {
      imageId: image.id,
      fromState: reviewStateOf(image),
      toState: reviewStateOf({ review, annotationCount: image.annotationCount }),
      ...step,
      at: new Date(),
    });
  }

  /** A page of the images that a filter lets through. */
  async search(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
    withAnnotations: boolean,
  ): Promise<Page<Image>> {
    const images = await this.inOrder(caller, filter, sort);
    if (page.after) behind(images, sort, page.after);
    const found = toImages(images, await images.limit(page.limit + 1).getRawMany<RawImage>());
    const items = fitting(found.slice(0, page.limit), withAnnotations);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: positionOf(last, sort) } : {}),
      ...(page.count ? { total: await this.count(caller, filter, page.count) } : {}),
    };
  }

  private async count(
    caller: Caller,
    filter: ImageFilter,
    mode: 'exact' | 'estimated',
  ): Promise<number> {
    const images = await this.matching(caller, filter);
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
  async matching(caller: Caller, filter: ImageFilter): Promise<Images> {
    const labels = await LabelIds.namedBy(this.dataSource.manager, filter);
    const images = this.visibleTo(caller);
    narrow(images, filter, labels);
    return images;
  }

  private async inOrder(caller: Caller, filter: ImageFilter, sort: ImageSort): Promise<Images> {
    const { manager } = this.dataSource;
    const labels = await LabelIds.namedBy(manager, filter);
    const single = labels.requiredBy(filter).filter(({ length }) => length === 1);
    let walked: string | undefined;
    if (single.length > 0 && isByCapture(sort)) {
      const others = this.visibleTo(caller);
      narrow(others, filter);
      walked = await labelToWalk(manager, single.flat(), others);
    }
    const images = this.visibleTo(caller);
    narrow(images, filter, labels, walked);
    return sorted(images, sort);
  }
}

/**
 * Images of a query as TypeORM would make them, of columns alone: there is nothing to join, to merge or to convert,
 * for which it goes through every row several times.
 */
function toImages({ alias, dataSource }: Images, rows: readonly RawImage[]): Image[] {
  const columns = dataSource
    .getMetadata(Image)
    .columns.map(({ propertyName, databaseName }) => [propertyName, `${alias}_${databaseName}`]);
  return rows.map((row) => {
    const image = new Image();
    for (const [property = '', column = ''] of columns)
      (image as unknown as RawImage)[property] = row[column];
    return image;
  });
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
