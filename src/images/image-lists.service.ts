import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import type { Page, PageRequest, Position } from '../database/page.js';
import type { AnnotatedRecord, ImageFilter, ImageSort } from './image.js';
import { ImagesService } from './images.service.js';
import { isEarlier, mergedPage } from './purged/merged-page.js';
import type { PurgedImage } from './purged/purged-image.entity.js';
import { positionOfPurged, PurgedImagesRepository } from './purged/purged-images.repository.js';

/** What a list has: an image, or what is left of one. */
export type ListedImage = AnnotatedRecord | { purged: PurgedImage };

/** Lists of images for their own routes, with those that were purged where these are to be told. */
@Injectable()
export class ImageListsService {
  constructor(
    private readonly images: ImagesService,
    private readonly purged: PurgedImagesRepository,
  ) {}

  /**
   * A page of images, each with all of its annotations unless they are left out. In the order of changes, a list of
   * what changed, also of what was deleted, tells purged images too, whatever else is asked of images.
   */
  async list(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
    withAnnotations: boolean,
  ): Promise<Page<ListedImage>> {
    const images = await this.images.listImages(caller, filter, sort, page, withAnnotations);
    const { life, updatedSince: since, clientIds } = filter;
    const isByChange = sort === 'updated_at' || sort === '-updated_at';
    if (life !== 'any' || !since || !isByChange) return images;
    const isAscending = sort === 'updated_at';
    const direction = isAscending ? 'ASC' : 'DESC';
    const purged = await this.purged.list(caller, { since, clientIds }, direction, page);
    const told = { ...purged, items: purged.items.map((one) => ({ purged: one })) };
    return mergedPage<ListedImage>([images, told], page.limit, positionOf, (one, other) =>
      isAscending ? isEarlier(one, other) : isEarlier(other, one),
    );
  }
}

function positionOf(item: ListedImage): Position {
  if ('purged' in item) return positionOfPurged(item.purged);
  return [item.image.updatedAt.toISOString(), item.image.id];
}
