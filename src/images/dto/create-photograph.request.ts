import { ApiProperty } from '@nestjs/swagger';
import { IsAnnotationList } from '../../annotations/dto/annotation-list.rule.js';
import { CreateAnnotationRequest } from '../../annotations/dto/create-annotation.request.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_ID_BYTES, MAX_IMAGE_KEY_BYTES } from '../../http/validation/path-parameters.js';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { IsKey } from '../../http/validation/text.js';
import type { ImageDraft } from '../image.js';
import { ImageDetailsRequest } from './image-details.request.js';

/** The record of a photograph that comes with its file, which may tell when it was taken. */
export class CreatePhotographRequest extends ImageDetailsRequest {
  /**
   * Chosen by the client: 1 to 1024 bytes of UTF-8, and may contain slashes. Left out, it is a UUIDv7.
   * @example "tray-7/back"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_IMAGE_KEY_BYTES })
  @IsKey(MAX_IMAGE_KEY_BYTES)
  @MayBeAbsent()
  image_key?: string;

  /**
   * Whose photograph it is.
   * @example "st-james"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_ID_BYTES })
  @IsKey(MAX_ID_BYTES)
  client_id!: string;

  /** When it was taken, with an offset. Left out beside a file, it is taken from the file's EXIF. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-03-01T09:30:00+01:00',
  })
  @IsInstant()
  @MayBeAbsent()
  created_at?: string;

  /** What is marked on it. */
  @IsAnnotationList(CreateAnnotationRequest)
  @MayBeAbsent()
  annotations?: CreateAnnotationRequest[];

  toDraft(): ImageDraft {
    return {
      key: this.image_key,
      clientId: this.client_id,
      capturedAt: this.created_at === undefined ? undefined : toInstant(this.created_at),
      hardwareId: this.hardware_id,
      mlTag: this.ml_tag ?? null,
      locationId: this.location_id ?? null,
      userId: this.user_id ?? null,
      annotations: (this.annotations ?? []).map((annotation) => annotation.toDraft()),
    };
  }
}
