import { ApiProperty } from '@nestjs/swagger';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_IMAGE_KEY_BYTES } from '../../http/validation/path-parameters.js';
import { MustBePresent } from '../../http/validation/presence.js';
import type { RecordDraft } from '../image.js';
import { CreatePhotographRequest } from './create-photograph.request.js';

/** The record of a photograph whose file may follow: nothing but the record tells when it was taken. */
export class CreateImageRequest extends CreatePhotographRequest {
  /**
   * Chosen by the client: 1 to 1024 bytes of UTF-8, and may contain slashes. Left out, it is a UUIDv7.
   * @example "tray-7/front"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_IMAGE_KEY_BYTES })
  declare image_key?: string;

  /** When it was taken, with an offset. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: true,
    example: '2026-03-01T09:30:00+01:00',
  })
  @IsInstant()
  @MustBePresent()
  declare created_at: string;

  override toDraft(): RecordDraft {
    return { ...super.toDraft(), capturedAt: toInstant(this.created_at) };
  }
}
