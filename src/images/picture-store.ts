import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { isCertainlyRolledBack } from '../database/database-errors.js';
import { FileStorage } from '../storage/file-storage.js';
import type { ReceivedFile } from '../storage/upload-spool.js';
import { storedAtOf, type StoredPicture } from './stored-picture.js';
import { RenditionCache } from './rendition-cache.js';
import { ImageFileService, type InspectedPicture } from './image-file.service.js';

/** Brings uploads into the storage. The order is always: the file, then the row that names it. */
@Injectable()
export class PictureStore {
  constructor(
    private readonly imageFiles: ImageFileService,
    private readonly storage: FileStorage,
    private readonly renditions: RenditionCache,
  ) {}

  /**
   * Proves that an upload is a whole picture and gives it a name in the storage.
   * @throws what `ImageFileService.inspect` throws
   */
  async inspect(
    upload: ReceivedFile,
  ): Promise<{ picture: StoredPicture; capture: InspectedPicture['capture'] }> {
    const inspected = await this.imageFiles.inspect(upload.path, upload.left);
    const { mediaType, width, height, orientation, thumbhash, capture } = inspected;
    const { bytes, sha256 } = upload;
    const storageKey = uuidv7();
    const storedAt = storedAtOf(storageKey) ?? new Date();
    const file = { storageKey, storedAt, mediaType, bytes, sha256 };
    return { picture: { ...file, width, height, orientation, thumbhash }, capture };
  }

  /**
   * The inspected picture under a name that is at least a second later than that of the one it replaces: HTTP tells
   * pictures apart by seconds, where it has no entity tag.
   */
  after(before: StoredPicture | null, picture: StoredPicture): StoredPicture {
    const least = before ? nextSecond(before.storedAt) : 0;
    if (picture.storedAt.getTime() >= least) return picture;
    return { ...picture, storageKey: uuidv7({ msecs: least }), storedAt: new Date(least) };
  }

  /** Keeps the file of an inspected picture for good. @throws StorageFull | StorageUnavailable */
  publish(picture: StoredPicture, upload: ReceivedFile): Promise<void> {
    return this.storage.publish(picture.storageKey, upload.path);
  }

  /** Removes a picture that no row names any more, and all that was made of it. Never fails. */
  async remove({ storageKey }: Pick<StoredPicture, 'storageKey'>): Promise<void> {
    await this.storage.remove(storageKey);
    await this.renditions.forget(storageKey);
  }

  /**
   * Removes a published picture after its transaction failed. Where a broken connection leaves open whether
   * it was committed, the file stays: without a row it is rubbish, which is cleaned up later.
   */
  async removeAfter(failure: unknown, picture: StoredPicture): Promise<void> {
    if (isCertainlyRolledBack(failure)) await this.remove(picture);
  }
}

function nextSecond(time: Date): number {
  return (Math.floor(time.getTime() / 1_000) + 1) * 1_000;
}
