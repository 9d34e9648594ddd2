import { ApiProperty } from '@nestjs/swagger';
import { IsArray, IsBoolean, IsIn, IsOptional } from 'class-validator';
import { ListQuery } from '../../http/list.query.js';
import { ToArray, ToBoolean } from '../../http/validation/conversions.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey, IsLabel } from '../../http/validation/text.js';
import type { ImageFilter } from '../image.js';
import { ML_TAGS, type MlTag } from '../ml-tag.js';

const EACH = { each: true };

/** Which images: different parameters are ANDed, a repeated one means "any of". */
export class ImageFilterQuery extends ListQuery {
  /**
   * Taken by one of these users.
   * @example ["ada"]
   */
  @ToArray()
  @IsArray()
  @IsKey(MAX_ID_BYTES, EACH)
  @IsOptional()
  user_id?: string[];

  /**
   * Taken at one of these locations.
   * @example ["theatre-4"]
   */
  @ToArray()
  @IsArray()
  @IsKey(MAX_ID_BYTES, EACH)
  @IsOptional()
  location_id?: string[];

  /**
   * Carrying an annotation with one of these labels; each image comes with all of its annotations.
   * @example ["needle holder"]
   */
  @ToArray()
  @IsArray()
  @IsLabel(255, EACH)
  @IsOptional()
  instrument?: string[];

  /**
   * Of one of these clients.
   * @example ["st-james"]
   */
  @ToArray()
  @IsArray()
  @IsKey(MAX_ID_BYTES, EACH)
  @IsOptional()
  client_id?: string[];

  /**
   * Taken with one of these cameras.
   * @example ["Canon EOS R5"]
   */
  @ToArray()
  @IsArray()
  @IsLabel(255, EACH)
  @IsOptional()
  hardware_id?: string[];

  /** With one of these tags. */
  @ApiProperty({ enum: ML_TAGS, isArray: true, required: false, example: ['TRAIN', 'TEST'] })
  @ToArray()
  @IsArray()
  @IsIn(ML_TAGS, EACH)
  @IsOptional()
  ml_tag?: MlTag[];

  /** Taken at this time or later. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  created_from?: string;

  /** Taken before this time. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2027-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  created_to?: string;

  /**
   * With at least one annotation, or with none.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  annotated?: boolean;

  /**
   * Part of the image key, whatever its case.
   * @example "tray"
   */
  @IsLabel()
  @IsOptional()
  q?: string;

  toFilter(): ImageFilter {
    return {
      userIds: this.user_id,
      locationIds: this.location_id,
      instruments: this.instrument,
      clientIds: this.client_id,
      hardwareIds: this.hardware_id,
      mlTags: this.ml_tag,
      capturedFrom: this.created_from === undefined ? undefined : toInstant(this.created_from),
      capturedTo: this.created_to === undefined ? undefined : toInstant(this.created_to),
      annotated: this.annotated,
      keyPart: this.q,
      inTrash: false,
    };
  }
}
