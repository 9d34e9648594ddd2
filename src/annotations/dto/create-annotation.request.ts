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
import type { Box, Keypoints, Mask, Polyline } from '../geometry/geometry.js';
import type { Polygon } from '../geometry/polygon.js';
import { attributesInNfc, IsAttributes } from './annotation-content.rules.js';
import { BoxResponse } from './box.response.js';
import { IsGeometry } from './geometry.rules.js';
import { KeypointsRequest } from './keypoints.response.js';
import { MaskRequest } from './mask.response.js';
import { AnyPolygon } from './polygon.response.js';
import { PolylineResponse } from './polyline.response.js';

/** Keypoints as they are sent: visible, unless it is said of each. */
type SentKeypoints = Pick<Keypoints, 'points'> & Partial<Keypoints>;

/** A new annotation. At most one geometry is not null; with none it is a label of the whole picture. */
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

  /** Where it is seen, as an outline. */
  @AnyPolygon({ required: false })
  @IsGeometry('polygon')
  @IsOptional()
  polygon?: Polygon | null;

  /** Where it is seen, as a box. */
  @ApiProperty({ type: BoxResponse, nullable: true, required: false, example: null })
  @IsGeometry('box')
  @IsOptional()
  box?: Box | null;

  /** Where it is seen, as a line. */
  @ApiProperty({ type: PolylineResponse, nullable: true, required: false, example: null })
  @IsGeometry('polyline')
  @IsOptional()
  polyline?: Polyline | null;

  /** Where it is seen, as keypoints. */
  @ApiProperty({ type: KeypointsRequest, nullable: true, required: false, example: null })
  @IsGeometry('points')
  @IsOptional()
  points?: SentKeypoints | null;

  /** Where it is seen, as single pixels. */
  @ApiProperty({ type: MaskRequest, nullable: true, required: false, example: null })
  @IsGeometry('mask')
  @IsOptional()
  mask?: Mask | null;

  /**
   * Whatever else there is to say: at most 32 strings, numbers and booleans by name. Names and strings have at most 1,000
   * characters; `__proto__`, `constructor` and `prototype` cannot be names.
   */
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
      box: this.box ?? null,
      polyline: this.polyline ?? null,
      points: this.points ? withVisibility(this.points) : null,
      mask: this.mask ?? null,
      attributes: attributesInNfc(this.attributes ?? {}),
      source: this.source ?? 'human',
      confidence: this.confidence ?? null,
    };
  }
}

function withVisibility({ points, visibility }: SentKeypoints): Keypoints {
  return { points, visibility: visibility ?? points.map(() => 2) };
}
