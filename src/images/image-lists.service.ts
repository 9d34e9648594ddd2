import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { AnnotationSetsService } from '../annotations/annotation-sets.service.js';
import { JsonText } from '../database/json-text.js';
import type { Page, PageRequest, Position } from '../database/page.js';
import type {
  AnnotatedRecord,
  AnnotationForm,
  ImageFilter,
  ImageSort,
  WrittenRecord,
} from './image.js';
import type { Image } from './image.entity.js';
import { ImagesRepository } from './images.repository.js';
import { isEarlier, mergedPage } from './purged/merged-page.js';
import type { PurgedImage } from './purged/purged-image.entity.js';
import { positionOfPurged, PurgedImagesRepository } from './purged/purged-images.repository.js';

/** What a list has: an image, or what is left of one. */
export type ListedImage = AnnotatedRecord | WrittenRecord | { purged: PurgedImage };

// Of an image that was removed since its row was read.
const NO_ANNOTATIONS = new JsonText('[]');

/** Lists of images for their own routes, with those that were purged where these are to be told. */
@Injectable()
export class ImageListsService {
  constructor(
    private readonly images: ImagesRepository,
    private readonly annotations: AnnotationSetsService,
    private readonly purged: PurgedImagesRepository,
  ) {}

  /**
   * A page of images, each with all of its annotations in some form unless they are left out. In the order of changes,
   * a list of what changed, also of what was deleted, tells purged images too, whatever else is asked of images.
   */
  async list(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
    form: AnnotationForm,
  ): Promise<Page<ListedImage>> {
    const found = await this.images.search(caller, filter, sort, page, form !== 'none');
    const images = { ...found, items: await this.inForm(caller, form, found.items) };
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

  private async inForm(
    caller: Caller,
    form: AnnotationForm,
    images: readonly Image[],
  ): Promise<ListedImage[]> {
    if (form === 'none') return images.map((image) => ({ image }));
    const ids = images.map(({ id }) => id);
    if (form === 'records') {
      const sets = await this.annotations.listOf(ids);
      return images.map((image) => ({ image, annotations: sets.get(image.id) ?? [] }));
    }
    const sets = await this.annotations.writtenSetsOf(caller, ids);
    return images.map((image) => ({ image, written: sets.get(image.id) ?? NO_ANNOTATIONS }));
  }
}

function positionOf(item: ListedImage): Position {
  if ('purged' in item) return positionOfPurged(item.purged);
  return [item.image.updatedAt.toISOString(), item.image.id];
}
