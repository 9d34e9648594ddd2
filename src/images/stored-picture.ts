import type { Image } from './image.entity.js';
import type { PictureMediaType } from './picture-signature.js';

/** The picture of an image record, as it was stored. */
export interface StoredPicture {
  /** Name in the storage, made by the server. */
  storageKey: string;
  mediaType: PictureMediaType;
  /** Pixels of the upright picture (EXIF orientation applied). */
  width: number;
  height: number;
  bytes: number;
  /** Hexadecimal SHA-256 of the bytes. */
  sha256: string;
  /** EXIF orientation, 1 to 8. */
  orientation: number;
  /** Base64. */
  thumbhash: string;
}

/** The picture of a record, or null while it has none. */
export function pictureOf(image: Image): StoredPicture | null {
  // ck_images_picture_whole: the columns are all null or none is.
  if (image.fileStorageKey === null) return null;
  return {
    storageKey: image.fileStorageKey,
    mediaType: image.fileMediaType ?? 'image/jpeg',
    width: image.fileWidth ?? 0,
    height: image.fileHeight ?? 0,
    bytes: image.fileBytes ?? 0,
    sha256: image.fileSha256 ?? '',
    orientation: image.fileOrientation ?? 1,
    thumbhash: image.fileThumbhash ?? '',
  };
}

/** The columns that store a picture, or its absence. */
export function pictureColumns(picture: StoredPicture | null) {
  return {
    fileStorageKey: picture?.storageKey ?? null,
    fileMediaType: picture?.mediaType ?? null,
    fileWidth: picture?.width ?? null,
    fileHeight: picture?.height ?? null,
    fileBytes: picture?.bytes ?? null,
    fileSha256: picture?.sha256 ?? null,
    fileOrientation: picture?.orientation ?? null,
    fileThumbhash: picture?.thumbhash ?? null,
  };
}
