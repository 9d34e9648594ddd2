import { ApiProperty } from '@nestjs/swagger';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { IsKey } from '../../http/validation/text.js';
import type { ImageDetails } from '../image.js';
import { ImageDetailsRequest } from './image-details.request.js';

/** Details of an image to change (RFC 7396): what is left out stays, null clears. */
export class PatchImageRequest extends ImageDetailsRequest {
  /** @example "st-james" */
  @ApiProperty({ minLength: 1, maxLength: MAX_ID_BYTES })
  @IsKey(MAX_ID_BYTES)
  @MayBeAbsent()
  client_id?: string;

  /** When the photograph was taken, with an offset. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-03-01T09:30:00+01:00',
  })
  @IsInstant()
  @MayBeAbsent()
  created_at?: string;

  toDetails(): Partial<ImageDetails> {
    const details = {
      clientId: this.client_id,
      capturedAt: this.created_at === undefined ? undefined : toInstant(this.created_at),
      hardwareId: this.hardware_id,
      mlTag: this.ml_tag,
      locationId: this.location_id,
      userId: this.user_id,
    };
    return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
  }
}
