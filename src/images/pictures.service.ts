import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { AnnotationSetsService } from '../annotations/annotation-sets.service.js';
import type { CurrentState, Precondition } from '../errors/precondition.js';
import { FileStorage, type OpenedFile } from '../storage/file-storage.js';
import { errorCode } from '../storage/file-system-errors.js';
import type { ReceivedFile } from '../storage/upload-spool.js';
import type { AnnotatedRecord } from './image.js';
import type { Image } from './image.entity.js';
import { pictureColumns, pictureOf, type StoredPicture } from './stored-picture.js';
import { UndecodablePicture, UnrecognisedPicture } from './image-file.errors.js';
import { ImageFileService, type Rendition } from './image-file.service.js';
import { PictureFileLost, PictureNotFound } from './images.errors.js';
import { ImagesService } from './images.service.js';
import { PictureStore } from './picture-store.js';

/** How a picture is asked for; with neither, its original bytes are meant. */
export interface RenditionOptions {
  /** Factor of the upright picture's width and height, > 0. */
  scale?: number;
  /** 1 to 100; lossless formats ignore it. */
  quality?: number;
}

/** The use cases of the pictures of image records. */
@Injectable()
export class PicturesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: ImagesService,
    private readonly annotations: AnnotationSetsService,
    private readonly imageFiles: ImageFileService,
    private readonly storage: FileStorage,
    private readonly store: PictureStore,
  ) {}

  /** @throws ImageNotFound | PictureNotFound */
  async requirePicture(caller: Caller, key: string): Promise<StoredPicture> {
    const picture = pictureOf(await this.images.requireImage(caller, key));
    if (!picture) throw new PictureNotFound(key);
    return picture;
  }

  /**
   * The strong entity tag of a picture's original or rendition, without opening the file.
   * @throws ScaleTooLarge
   */
  tagOf(picture: StoredPicture, options: RenditionOptions): string {
    const content = picture.sha256.slice(0, 32);
    if (isOriginal(options)) return `"${content}"`;
    if (options.scale !== undefined) this.imageFiles.renditionSize(picture, options.scale);
    const { scale = 1, quality = 75 } = options;
    const how = createHash('sha256').update(`${this.imageFiles.pipeline} ${scale} ${quality}`);
    return `"${content}-${how.digest('hex').slice(0, 16)}"`;
  }

  /** The stored bytes, to stream. @throws PictureFileLost */
  async openOriginal(picture: StoredPicture): Promise<OpenedFile> {
    const file = await this.storage.open(picture.storageKey);
    if (!file) throw new PictureFileLost();
    return file;
  }

  /**
   * The picture, upright, scaled and encoded anew in its own format.
   * @param signal a client that left: the rendition is then not begun
   * @throws ScaleTooLarge | Overloaded | PictureFileLost
   */
  async render(
    picture: StoredPicture,
    options: RenditionOptions,
    signal: AbortSignal,
  ): Promise<Rendition> {
    try {
      return await this.storage.withLocalFile(picture.storageKey, (path) =>
        this.imageFiles.render(path, picture, { ...options, signal }),
      );
    } catch (error) {
      // It was decoded when it came: what cannot be decoded now is not what was stored.
      const isLost =
        error instanceof UndecodablePicture ||
        error instanceof UnrecognisedPicture ||
        errorCode(error) === 'ENOENT';
      throw isLost ? new PictureFileLost({ cause: error }) : error;
    }
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
    const { picture } = await this.store.inspect(upload);
    await this.store.publish(picture, upload);
    const { image, before } = await this.exchange(caller, key, precondition, picture);
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
      const exchanged = await this.dataSource.transaction(async (manager) => {
        const image = await this.images.lockInUse(manager, caller, key);
        const before = pictureOf(image);
        if (!before && !after) throw new PictureNotFound(key);
        precondition.assertHolds('picture', before ? this.stateOf(image, before) : undefined);
        if (after) await this.annotations.assertFitIn(manager, image.id, after);
        await this.images.changeIn(manager, caller, image, pictureColumns(after));
        await this.images.noteIn(manager, caller, actionOf(before, after), image, 'file');
        return { image, before };
      });
      if (exchanged.before) await this.store.remove(exchanged.before);
      return exchanged;
    } catch (error) {
      if (after) await this.store.removeAfter(error, after);
      throw error;
    }
  }

  private stateOf(image: Image, picture: StoredPicture): CurrentState {
    return {
      etag: this.tagOf(picture, {}),
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

/** Whether the original bytes are meant. */
export function isOriginal({ scale, quality }: RenditionOptions): boolean {
  return scale === undefined && quality === undefined;
}
