import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import type { AnnotationRecord } from '../annotations/annotation-sets.service.js';
import { AnnotationNotFound } from '../annotations/annotations.errors.js';
import { MaskOutlines } from '../annotations/mask-outlines.service.js';
import { Environment } from '../config/environment.js';
import type { Page, PageRequest } from '../database/page.js';
import type { Image } from '../images/image.entity.js';
import { type ImageFilter, type ImageSort, ImagesService } from '../images/images.service.js';
import { PicturesService } from '../images/pictures.service.js';
import type { OutputLimits } from '../renditions/scale.js';
import { NoPictureFound } from './iiif.errors.js';
import type { PresentedAnnotation, PresentedImage } from './presentation/presented-image.js';

/** Of the outline of a mask; with more it is shown as the box around it. About 1.3 MB. */
const MAX_MASK_CORNERS = 100_000;
/** Of the outlines of all masks of an image together. */
const MAX_CORNERS_IN_ALL = 2_000_000;

/** The use cases of the IIIF Presentation API: images that have a picture, and what is marked on them. */
@Injectable()
export class PresentationService {
  readonly limits: OutputLimits;

  constructor(
    private readonly images: ImagesService,
    private readonly pictures: PicturesService,
    private readonly outlines: MaskOutlines,
    environment: Environment,
  ) {
    this.limits = environment;
  }

  /** @throws ImageNotFound | PictureNotFound */
  async requireImage(caller: Caller, key: string): Promise<PresentedImage> {
    return this.presented(await this.images.requireImage(caller, key));
  }

  /** @throws ImageNotFound | PictureNotFound */
  async requireAnnotated(
    caller: Caller,
    key: string,
  ): Promise<{ image: PresentedImage; annotations: readonly PresentedAnnotation[] }> {
    const { image, annotations = [] } = await this.images.requireAnnotated(caller, key);
    return { image: this.presented(image), annotations: await this.outlined(annotations) };
  }

  /** @throws ImageNotFound | PictureNotFound | AnnotationNotFound */
  async requireAnnotation(
    caller: Caller,
    key: string,
    index: number,
  ): Promise<{ image: PresentedImage; annotation: PresentedAnnotation }> {
    const { image, annotations = [] } = await this.images.requireAnnotated(caller, key);
    const presented = this.presented(image);
    const found = annotations.filter((one) => one.index === index);
    const [annotation] = await this.outlined(found);
    if (!annotation) throw new AnnotationNotFound(key, index);
    return { image: presented, annotation };
  }

  /** A page of the images that pass a filter and have a picture. @throws NoPictureFound when there is none */
  async listImages(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
  ): Promise<Page<PresentedImage>> {
    const withPicture = { ...filter, hasFile: true };
    const read = (after = page.after) =>
      this.images.listImages(caller, withPicture, sort, { ...page, after });
    let found = await read();
    // A manifest without canvases is none.
    while (found.items.length === 0 && found.next) found = await read(found.next);
    if (found.items.length === 0) throw new NoPictureFound();
    return { ...found, items: found.items.map(({ image }) => this.presented(image)) };
  }

  /** With outlines instead of masks. */
  private async outlined(annotations: readonly AnnotationRecord[]): Promise<PresentedAnnotation[]> {
    const masked = annotations.flatMap(({ index, mask }) => (mask ? [{ index, mask }] : []));
    const paths = await this.outlines.paths(
      masked.map(({ mask }) => mask),
      MAX_MASK_CORNERS,
      MAX_CORNERS_IN_ALL,
    );
    const byIndex = new Map(masked.map(({ index }, place) => [index, paths[place]]));
    return annotations.map(({ mask, ...annotation }) => ({
      ...annotation,
      mask: mask && { outline: byIndex.get(annotation.index) },
    }));
  }

  private presented(image: Image): PresentedImage {
    const { width, height } = this.pictures.requirePictureOf(image);
    const { key, clientId, capturedAt, hardwareId, mlTag, locationId, userId } = image;
    return { key, clientId, capturedAt, hardwareId, mlTag, locationId, userId, width, height };
  }
}
