import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AnnotationResponse } from '../../annotations/dto/annotation.response.js';
import { JsonText } from '../../database/json-text.js';
import type { AnnotatedRecord, WrittenRecord } from '../image.js';
import type { Image } from '../image.entity.js';
import { ML_TAGS, type MlTag } from '../ml-tag.js';
import { REVIEW_STATES, type ReviewState, reviewStateOf } from '../review-state.js';
import { pictureOf } from '../stored-picture.js';

/** The picture of an image. */
@ApiSchema({ name: 'ImageFile', description: 'The picture of an image.' })
export class ImageFileResponse {
  /**
   * Told by the bytes, never by the client.
   * @example "image/jpeg"
   */
  @ApiProperty({ pattern: '^image/[a-z]+$' })
  media_type!: string;

  /**
   * Pixels of the upright picture (EXIF orientation applied).
   * @example 4000
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  width!: number;

  /** @example 3000 */
  @ApiProperty({ type: 'integer', minimum: 1 })
  height!: number;

  /** @example 4823104 */
  @ApiProperty({ type: 'integer', minimum: 1 })
  bytes!: number;

  /**
   * Hexadecimal SHA-256 of the stored bytes.
   * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  sha256!: string;

  /**
   * EXIF orientation of the stored bytes, 1 to 8.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 8 })
  orientation!: number;

  /**
   * A placeholder to show before the picture has come: base64 of a ThumbHash.
   * @example "3OcRJYB4d3h/iIeHeEh3eIhw+j2w"
   */
  thumbhash!: string;

  /**
   * Where the picture is. With AUTH=on it is signed, so that an `<img>` or a viewer needs no header, and holds
   * for an hour or two (FILE_URL_TTL_S): read the image again for a new one.
   * @example "/images/tray-7%2Ffront/file"
   */
  @ApiProperty({ format: 'uri-reference' })
  url!: string;
}

/** A photograph: who, where, with which camera, for whom, and what is marked on it. */
@ApiSchema({
  name: 'Image',
  description: 'A photograph: who, where, with which camera, for whom, and what is marked on it.',
})
export class ImageResponse {
  /** @example "tray-7/front" */
  image_key!: string;

  /** @example "st-james" */
  client_id!: string;

  /**
   * When it was taken.
   * @example "2026-03-01T08:30:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /** @example "Canon EOS R5" */
  hardware_id!: string | null;

  @ApiProperty({ enum: ML_TAGS, nullable: true, example: 'TRAIN' })
  ml_tag!: MlTag | null;

  /** @example "theatre-4" */
  location_id!: string | null;

  /** @example "ada" */
  user_id!: string | null;

  /**
   * How far it is: `new` without and `annotated` with annotations, until somebody submits it (`in_review`) and another
   * one decides. A change of the annotations or the picture of a decided image takes the decision back.
   */
  @ApiProperty({ enum: REVIEW_STATES, example: 'annotated' })
  review_state!: ReviewState;

  /** By index; not there in a list with `annotations=false`. */
  annotations?: AnnotationResponse[];

  /** Null while there is no picture. */
  @ApiProperty({ type: ImageFileResponse, nullable: true })
  file!: ImageFileResponse | null;

  /**
   * When the record was made.
   * @example "2026-03-01T08:31:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  received_at!: string;

  /**
   * When the record, its picture or its annotations changed last.
   * @example "2026-03-01T08:31:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  /** When it was moved to the trash; null for an image in use. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  deleted_at!: string | null;

  /** Name of the caller who made it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  created_by!: string | null;

  /** Name of the caller who changed the record, its picture or its annotations last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  updated_by!: string | null;

  /**
   * Raised by every change of the record or its picture; annotations have versions of their own.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  /** @param fileUrl where the picture is, if there is one */
  static from({ image, annotations }: AnnotatedRecord, fileUrl: string): ImageResponse {
    return {
      image_key: image.key,
      client_id: image.clientId,
      created_at: image.capturedAt.toISOString(),
      hardware_id: image.hardwareId,
      ml_tag: image.mlTag,
      location_id: image.locationId,
      user_id: image.userId,
      review_state: reviewStateOf(image),
      ...(annotations && {
        annotations: annotations.map((annotation) =>
          AnnotationResponse.from(image.key, annotation),
        ),
      }),
      file: fileOf(image, fileUrl),
      received_at: image.receivedAt.toISOString(),
      updated_at: image.updatedAt.toISOString(),
      deleted_at: image.trashedAt?.toISOString() ?? null,
      created_by: image.createdBy,
      updated_by: image.updatedBy,
      version: image.version,
    };
  }
}

// In JSON no text has it: every quotation mark of a text stands behind a backslash.
const ANNOTATIONS_TO_COME = '"annotations":[]';

/**
 * The same representation, of an image whose annotations are JSON already.
 * @param fileUrl where the picture is, if there is one
 */
export function writtenImage({ image, written }: WrittenRecord, fileUrl: string): JsonText {
  const json = JSON.stringify(ImageResponse.from({ image, annotations: [] }, fileUrl));
  const place = json.indexOf(ANNOTATIONS_TO_COME) + ANNOTATIONS_TO_COME.length - '[]'.length;
  return new JsonText(json.slice(0, place), ...written.parts, json.slice(place + '[]'.length));
}

function fileOf(image: Image, url: string): ImageFileResponse | null {
  const picture = pictureOf(image);
  if (!picture) return null;
  return {
    media_type: picture.mediaType,
    width: picture.width,
    height: picture.height,
    bytes: picture.bytes,
    sha256: picture.sha256,
    orientation: picture.orientation,
    thumbhash: picture.thumbhash,
    url,
  };
}
