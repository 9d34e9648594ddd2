import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { Environment } from '../config/environment.js';
import type { Representation } from '../http/representation/representation.js';
import type { ServerTiming } from '../http/representation/server-timing.js';
import type { Image } from '../images/image.entity.js';
import { PictureFileLost } from '../images/images.errors.js';
import { ImagesService } from '../images/images.service.js';
import { PicturesService, type StoredPicture } from '../images/pictures.service.js';
import { RenditionsService } from '../images/renditions.service.js';
import { type Affine, transformOf } from '../renditions/affine.js';
import type { OutputLimits } from '../renditions/scale.js';
import { type ImageParameters, planImage } from './image-api/image-request.js';

/** What an image request is answered with. */
export interface RequestedImage {
  representation: Representation;
  /** From pixels of the upright picture to those of the answer. */
  transform: Affine;
  canonicalPath: string;
}

/** The use cases of the IIIF Image API. */
@Injectable()
export class ImageApiService {
  readonly limits: OutputLimits;

  constructor(
    private readonly images: ImagesService,
    private readonly pictures: PicturesService,
    private readonly renditions: RenditionsService,
    environment: Environment,
  ) {
    this.limits = environment;
  }

  /** @throws ImageNotFound | PictureNotFound */
  requirePicture(caller: Caller, key: string): Promise<StoredPicture> {
    return this.pictures.requirePicture(caller, key);
  }

  /** An image that has a picture. @throws ImageNotFound | PictureNotFound */
  async requireImage(
    caller: Caller,
    key: string,
  ): Promise<{ image: Image; picture: StoredPicture }> {
    const image = await this.images.requireImage(caller, key);
    return { image, picture: this.pictures.requirePictureOf(image) };
  }

  /** Told that a viewer reads about a picture, before it asks for tiles. Takes no time. */
  viewerOpened(picture: StoredPicture): void {
    this.renditions.viewerOpened(picture);
  }

  /**
   * What an image request means. Nothing is made before it is opened.
   * @param party who waits for it: callers take turns with the decoders
   * @throws ImageNotFound | PictureNotFound | InvalidRequest
   */
  async request(
    caller: Caller,
    key: string,
    parameters: ImageParameters,
    timings: ServerTiming,
    party: string,
  ): Promise<RequestedImage> {
    const picture = await timings.measure('lookup', this.requirePicture(caller, key));
    const { plan, canonicalPath } = planImage(parameters, picture, this.limits);
    const transform = transformOf(plan);
    const order = { plan, transform, isAboutAnnotations: false, party };
    const representation = this.renditions.rendition(picture, order, timings);
    return { representation, transform, canonicalPath };
  }

  /**
   * Whether opening failed because another picture took the place of the one that was known, so that asking
   * again may help.
   */
  async isOutdated(caller: Caller, key: string, error: unknown): Promise<boolean> {
    if (!(error instanceof PictureFileLost)) return false;
    await this.pictures.requirePictureAnew(caller, key);
    return true;
  }
}
