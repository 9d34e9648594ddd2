import type { Image } from './image.entity.js';
import type { RenditionFormat } from '../renditions/rendition-plan.js';
import type { PictureMediaType } from './picture-signature.js';

/** The picture of an image record, as it was stored. */
export interface StoredPicture {
  /** Name in the storage, made by the server. */
  storageKey: string;
  /** When it came into the storage, to the millisecond. */
  storedAt: Date;
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

/** The format that a picture is stored in. */
export function formatOfPicture({ mediaType }: Pick<StoredPicture, 'mediaType'>): RenditionFormat {
  return mediaType.slice('image/'.length) as RenditionFormat;
}

/** Whether some of a picture is transparent, as its ThumbHash tells (https://evanw.github.io/thumbhash/). */
export function isTransparent({ thumbhash }: Pick<StoredPicture, 'thumbhash'>): boolean {
  const [, , third = 0] = Buffer.from(thumbhash, 'base64');
  return (third & 0x80) !== 0;
}

/** The part of entity tags that stands for a picture's bytes. */
export function contentTag({ sha256 }: Pick<StoredPicture, 'sha256'>): string {
  return sha256.slice(0, 32);
}

/** The strong entity tag of a picture's original bytes. */
export function originalTag(picture: StoredPicture): string {
  return `"${contentTag(picture)}"`;
}

/** The picture of a record, or null while it has none. */
export function pictureOf(image: Image): StoredPicture | null {
  // ck_images_picture_whole: the columns are all null or none is.
  if (image.fileStorageKey === null) return null;
  return {
    storageKey: image.fileStorageKey,
    // No earlier than it came, if the name does not tell.
    storedAt: storedAtOf(image.fileStorageKey) ?? image.updatedAt,
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

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * When a file was given its name in the storage, which is a UUIDv7: its first 48 bits are milliseconds since
 * 1970 (RFC 9562 section 5.7).
 * @returns undefined for a name of another kind
 */
export function storedAtOf(storageKey: string): Date | undefined {
  const [, high, low] = UUID_V7.exec(storageKey) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return new Date(Number.parseInt(high + low, 16));
}
