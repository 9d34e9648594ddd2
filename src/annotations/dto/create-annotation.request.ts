import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { MAX_ANNOTATION_INDEX } from '../../http/validation/path-parameters.js';
import { IsLabel } from '../../http/validation/text.js';
import { MayBeAbsent } from '../../http/validation/presence.js';
import {
  ANNOTATION_SOURCES,
  type AnnotationDraft,
  type AnnotationSource,
  type Attributes,
} from '../annotation.js';
import type { Polygon } from '../geometry/polygon.js';
import { attributesInNfc, IsAttributes, IsPolygon } from './annotation-content.rules.js';
import { PolygonResponse } from './polygon.response.js';

/** A new annotation. */
export class CreateAnnotationRequest {
  /** Its place in the image; left out, it is the highest ever used plus one. */
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(0)
  @Max(MAX_ANNOTATION_INDEX)
  @MayBeAbsent()
  index?: number;

  /**
   * The label: what is seen.
   * @example "needle holder"
   */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  instrument!: string;

  /** Where it is seen; null (or left out) for a label of the whole picture. */
  @ApiProperty({ type: PolygonResponse, nullable: true, required: false })
  @IsPolygon()
  @IsOptional()
  polygon?: Polygon | null;

  /** Whatever else there is to say: at most 32 strings, numbers and booleans by name. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { condition: 'clean', occluded: false },
  })
  @IsAttributes()
  @MayBeAbsent()
  attributes?: Attributes;

  /** Who drew it. */
  @ApiProperty({ enum: ANNOTATION_SOURCES, required: false, default: 'human', example: 'model' })
  @IsIn(ANNOTATION_SOURCES)
  @MayBeAbsent()
  source?: AnnotationSource;

  /**
   * How sure the source is, 0 to 1.
   * @example 0.93
   */
  @IsNumber({}, { message: 'must be a number' })
  @Min(0)
  @Max(1)
  @IsOptional()
  confidence?: number | null;

  toDraft(): AnnotationDraft {
    return {
      ...(this.index === undefined ? {} : { index: this.index }),
      instrument: this.instrument,
      polygon: this.polygon ?? null,
      attributes: attributesInNfc(this.attributes ?? {}),
      source: this.source ?? 'human',
      confidence: this.confidence ?? null,
    };
  }
}
