import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { AnnotationSetsService } from '../annotations/annotation-sets.service.js';
import type { CurrentState, Precondition } from '../errors/precondition.js';
import type { ReceivedFile } from '../storage/upload-spool.js';
import type { AnnotatedRecord } from './image.js';
import type { Image } from './image.entity.js';
import { originalTag, pictureColumns, pictureOf, type StoredPicture } from './stored-picture.js';
import { PictureNotFound } from './images.errors.js';
import { ImagesService } from './images.service.js';
import { PictureDirectory } from './picture-directory.js';
import { PictureStore } from './picture-store.js';
import { RenditionsService } from './renditions.service.js';

// What higher features get back.
export type { StoredPicture } from './stored-picture.js';

/** The use cases of the pictures of image records. */
@Injectable()
export class PicturesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: ImagesService,
    private readonly annotations: AnnotationSetsService,
    private readonly store: PictureStore,
    private readonly renditions: RenditionsService,
    private readonly directory: PictureDirectory,
  ) {}

  /** @throws ImageNotFound | PictureNotFound */
  async requirePicture(caller: Caller, key: string): Promise<StoredPicture> {
    const known = this.directory.peek(key);
    // Who may not see it takes the same way as who asks for what is not there, and as long.
    if (known && caller.sees(known.clientId)) return known.picture;
    const image = await this.directory.learning(key, () => this.images.requireImage(caller, key));
    return this.requirePictureOf(image);
  }

  /** The picture of a record that was read. @throws PictureNotFound */
  requirePictureOf(image: Image): StoredPicture {
    const picture = pictureOf(image);
    if (!picture) throw new PictureNotFound(image.key);
    return picture;
  }

  /** As `requirePicture`, from the database: what was remembered of it is wrong. @throws ImageNotFound | PictureNotFound */
  requirePictureAnew(caller: Caller, key: string): Promise<StoredPicture> {
    this.directory.forget(key);
    return this.requirePicture(caller, key);
  }

  /**
   * Refuses an upload before its body is read, if it would be refused after it.
   * @throws ImageNotFound | PreconditionFailed
   */
  async assertMayAttach(caller: Caller, key: string, precondition: Precondition): Promise<void> {
    const image = await this.images.requireImage(caller, key);
    const picture = pictureOf(image);
    precondition.assertHolds('picture', picture ? this.stateOf(image, picture) : undefined);
  }

  /**
   * Gives a record its picture, or another one.
   * @param upload remains the caller's, to discard in the end
   * @returns the record, and whether it had no picture before
   * @throws ImageNotFound | PreconditionFailed | AnnotationsOutsidePicture, and what inspecting and
   *   publishing throw
   */
  async attach(
    caller: Caller,
    key: string,
    precondition: Precondition,
    upload: ReceivedFile,
  ): Promise<{ record: AnnotatedRecord; picture: StoredPicture; isFirst: boolean }> {
    const { picture: inspected } = await this.store.inspect(upload);
    const replaced = pictureOf(await this.images.requireImage(caller, key));
    const picture = this.store.after(replaced, inspected);
    await this.store.publish(picture, upload);
    const { image, before } = await this.exchange(caller, key, precondition, picture);
    this.renditions.pictureStored(picture);
    return { record: await this.images.annotated(image), picture, isFirst: before === null };
  }

  /** @throws ImageNotFound | PictureNotFound | PreconditionFailed */
  async detach(caller: Caller, key: string, precondition: Precondition): Promise<void> {
    await this.exchange(caller, key, precondition, null);
  }

  private async exchange(
    caller: Caller,
    key: string,
    precondition: Precondition,
    after: StoredPicture | null,
  ): Promise<{ image: Image; before: StoredPicture | null }> {
    try {
      const exchanging = this.dataSource.transaction(async (manager) => {
        const image = await this.images.lockInUse(manager, caller, key);
        const before = pictureOf(image);
        if (!before && !after) throw new PictureNotFound(key);
        precondition.assertHolds('picture', before ? this.stateOf(image, before) : undefined);
        if (after) await this.annotations.assertFitIn(manager, image.id, after);
        const undecided = await this.images.takeDecisionBackIn(manager, caller, image);
        await this.images.changeIn(manager, caller, image, {
          ...pictureColumns(after),
          ...undecided,
        });
        await this.images.noteIn(manager, caller, actionOf(before, after), image, 'file');
        return { image, before };
      });
      const exchanged = await this.directory.forgettingAfter(key, exchanging);
      if (exchanged.before) await this.store.remove(exchanged.before);
      return exchanged;
    } catch (error) {
      if (after) await this.store.removeAfter(error, after);
      throw error;
    }
  }

  private stateOf(image: Image, picture: StoredPicture): CurrentState {
    return {
      etag: originalTag(picture),
      version: image.version,
      changedAt: image.updatedAt,
      changedBy: image.updatedBy,
    };
  }
}

function actionOf(before: StoredPicture | null, after: StoredPicture | null) {
  if (!after) return 'picture.removed';
  return before ? 'picture.replaced' : 'picture.attached';
}
