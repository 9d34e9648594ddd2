import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { countOf } from '../database/estimate.js';
import type { Page, PageRequest, Position } from '../database/page.js';
import type { Area, ImageFilter, ImageSort } from './image.js';
import { Image } from './image.entity.js';
import { ReviewTransition } from './review-transition.entity.js';
import { reviewStateOf, type StatedReview } from './review-state.js';
import { gatherImages, imagesInside } from './search/area.js';
import { narrow } from './search/image-conditions.js';
import { behind, isByCapture, positionOf, sorted } from './search/image-order.js';
import { LabelIds } from './search/label-ids.js';
import { type Walks, walksOf } from './search/label-walk.js';

type Images = SelectQueryBuilder<Image>;
type RawImage = Record<string, unknown>;
/** A row to insert. */
export type NewImage = Omit<Image, 'id' | 'location' | 'user'>;

/** So many images at most are looked into for a page of those with an annotation in an area, after the first ones. */
const LOOKED_AT = 300;
/** Some more than those that were looked at first let expect. */
const MARGIN = 1.5;
/** What tells where an image stands in any order. */
const PLACE = ['id', 'key', 'capturedAt', 'receivedAt', 'updatedAt'].map((name) => `image.${name}`);
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

  /** A page of the images that a filter lets through; with an area that many have it may be a short one. */
  async search(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
    withAnnotations: boolean,
  ): Promise<Page<Image>> {
    const { overlaps, ...others } = await this.gathered(filter);
    const isWalked = isByCapture(sort);
    const ways = await this.waysTo(caller, others, isWalked || page.count !== undefined, sort);
    const inOrder = () => sorted(ways(isWalked ? 'page' : undefined), sort);
    const found = overlaps
      ? await this.foundInside(caller, { ...others, overlaps }, inOrder, sort, page)
      : await foundInOrder(inOrder(), sort, page);
    const counted = async () =>
      (overlaps ? await this.waysTo(caller, { ...others, overlaps }, true, sort) : ways)('count');
    const items = fitting(found.items, withAnnotations);
    const last = items.at(-1);
    const next = items.length < found.items.length && last ? positionOf(last, sort) : found.next;
    return {
      items,
      ...(next ? { next } : {}),
      ...(page.count ? { total: await countOf(await counted(), page.count, 'image.id') } : {}),
    };
  }

  /** The same filter; with the images themselves in place of an area that few annotations are in. */
  async gathered(filter: ImageFilter): Promise<ImageFilter> {
    const { overlaps, ...others } = filter;
    if (!overlaps) return filter;
    const { manager } = this.dataSource;
    const labels = await LabelIds.namedBy(manager, filter);
    const ids = await gatherImages(manager, overlaps, labels.wanted(filter));
    return ids ? { ...others, ids } : filter;
  }

  /**
   * Looks into so many images of the other filters and no more, in their order: a page costs no more than that, also
   * where those that are looked for stand at the far end.
   */
  private async foundInside(
    caller: Caller,
    { overlaps, ...others }: ImageFilter & { overlaps: Area },
    list: () => Images,
    sort: ImageSort,
    page: PageRequest,
  ): Promise<Page<Image>> {
    const { manager } = this.dataSource;
    const labelIds = (await LabelIds.namedBy(manager, others)).wanted(others);
    const look = async (after: Position | undefined, most: number) => {
      const candidates = list();
      if (after) behind(candidates, sort, after);
      const places = await candidates.select(PLACE).limit(most).getMany();
      const ids = places.map(({ id }) => id);
      const found = await imagesInside(manager, ids, overlaps, labelIds);
      const last = places.length === most ? places.at(-1) : undefined;
      return { ids: ids.filter((id) => found.has(id)), next: last && positionOf(last, sort) };
    };
    // The first tell how many more are needed. These come at once, since finding them may cost more than looking.
    const first = 2 * page.limit;
    let { ids, next } = await look(page.after, first);
    if (next && ids.length <= page.limit) {
      const needed = ((page.limit + 1 - ids.length) / ids.length) * first * MARGIN;
      const most = Math.ceil(Math.min(LOOKED_AT, needed));
      const more = await look(next, most);
      ids = [...ids, ...more.ids];
      next = more.next;
    }
    const images = this.visibleTo(caller).andWhere('image.id = ANY(:ids::bigint[])', {
      ids: ids.slice(0, page.limit + 1),
    });
    const found = await sorted(images, sort).getMany();
    return { ...(next && { next }), ...pageOf(found, page.limit, sort) };
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

  /**
   * The images that a filter lets through, to be selected from as often as it is called: by the lists that suit a page or
   * a count, or by none. Which these are is found out once.
   * @param mayWalk whether they may come from the list of a label
   */
  private async waysTo(
    caller: Caller,
    filter: ImageFilter,
    mayWalk: boolean,
    sort: ImageSort,
  ): Promise<(use?: keyof Walks) => Images> {
    const { manager } = this.dataSource;
    const labels = await LabelIds.namedBy(manager, filter);
    const single = labels.requiredBy(filter).filter(({ length }) => length === 1);
    let walks: Walks = {};
    if (mayWalk && single.length > 0) {
      const others = this.visibleTo(caller);
      narrow(others, filter);
      const from = sort.startsWith('-') ? 'max' : 'min';
      walks = await walksOf(manager, single.flat(), filter, others, from);
    }
    return (use) => {
      const images = this.visibleTo(caller);
      narrow(images, filter, labels, use && walks[use]);
      return images;
    };
  }
}

async function foundInOrder(
  images: Images,
  sort: ImageSort,
  { after, limit }: PageRequest,
): Promise<Page<Image>> {
  if (after) behind(images, sort, after);
  const rows = await images.limit(limit + 1).getRawMany<RawImage>();
  return pageOf(toImages(images, rows), limit, sort);
}

/** A page of images of which one more was read. */
function pageOf(found: Image[], limit: number, sort: ImageSort): Page<Image> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last ? { next: positionOf(last, sort) } : {}) };
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
