import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Max,
  Min,
} from 'class-validator';
import { ListQuery } from '../../http/list.query.js';
import { ToArray, ToBoolean, ToInteger } from '../../http/validation/conversions.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey, IsLabel, IsPartOfName } from '../../http/validation/text.js';
import type { ImageFilter } from '../image.js';
import { areaIn, IsArea } from './area.js';
import { ML_TAGS, type MlTag } from '../ml-tag.js';
import { REVIEW_STATES, type ReviewState } from '../review-state.js';

const EACH = { each: true };
// Each label is a condition of its own.
const MAX_LABELS = 20;
// PostgreSQL's integer.
const MAX_COUNT = 2_147_483_647;
// An index of trigrams finds nothing shorter.
const MIN_PART = 3;

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
   * Carrying annotations with all of these labels, at most 20.
   * @example ["needle holder"]
   */
  @ApiProperty({ maxItems: MAX_LABELS })
  @ToArray()
  @IsArray()
  @ArrayMaxSize(MAX_LABELS, { message: `must not be given more than ${MAX_LABELS} times` })
  @IsLabel(255, EACH)
  @IsOptional()
  instrument_all?: string[];

  /**
   * Carrying no annotation with any of these labels, at most 20.
   * @example ["scissors"]
   */
  @ApiProperty({ maxItems: MAX_LABELS })
  @ToArray()
  @IsArray()
  @ArrayMaxSize(MAX_LABELS, { message: `must not be given more than ${MAX_LABELS} times` })
  @IsLabel(255, EACH)
  @IsOptional()
  not_instrument?: string[];

  /**
   * With at least one annotation whose `bbox` overlaps this area, `x,y,w,h` in pixels of the upright picture; boxes that
   * only touch do not. With `instrument`, that annotation has one of its labels. Many images are looked through page by
   * page: one may then hold fewer than `limit`, or none, and have a next one; `GET /images` cannot estimate a `count`.
   * @example "0,0,4000,3000"
   */
  @IsArea()
  @IsOptional()
  overlaps?: string;

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
   * With at least so many annotations.
   * @example 1
   */
  @ApiProperty({ type: 'integer' })
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(MAX_COUNT)
  @IsOptional()
  min_annotations?: number;

  /**
   * With at most so many annotations.
   * @example 10
   */
  @ApiProperty({ type: 'integer' })
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(MAX_COUNT)
  @IsOptional()
  max_annotations?: number;

  /** In one of these states of review. */
  @ApiProperty({ enum: REVIEW_STATES, isArray: true, required: false, example: ['annotated'] })
  @ToArray()
  @IsArray()
  @IsIn(REVIEW_STATES, EACH)
  @IsOptional()
  review_state?: ReviewState[];

  /**
   * Accepted or rejected, or neither yet.
   * @example false
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  reviewed?: boolean;

  /**
   * Part of the image key, whatever its case: at least three characters.
   * @example "tray"
   */
  @ApiProperty({ minLength: MIN_PART, maxLength: 255 })
  @IsPartOfName(MIN_PART)
  @IsOptional()
  q?: string;

  toFilter(): ImageFilter {
    return {
      userIds: this.user_id,
      locationIds: this.location_id,
      instruments: this.instrument,
      allInstruments: this.instrument_all && [...new Set(this.instrument_all)],
      noneOfInstruments: this.not_instrument,
      overlaps: this.overlaps === undefined ? undefined : areaIn(this.overlaps),
      clientIds: this.client_id,
      hardwareIds: this.hardware_id,
      mlTags: this.ml_tag,
      capturedFrom: this.created_from === undefined ? undefined : toInstant(this.created_from),
      capturedTo: this.created_to === undefined ? undefined : toInstant(this.created_to),
      annotated: this.annotated,
      minAnnotations: this.min_annotations,
      maxAnnotations: this.max_annotations,
      reviewStates: this.review_state,
      reviewed: this.reviewed,
      keyPart: this.q,
      life: 'in-use',
    };
  }
}
