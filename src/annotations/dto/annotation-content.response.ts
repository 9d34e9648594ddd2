import { ApiProperty } from '@nestjs/swagger';
import { ANNOTATION_SOURCES, type AnnotationSource, type Attributes } from '../annotation.js';
import { BoxResponse } from './box.response.js';
import { KeypointsResponse } from './keypoints.response.js';
import { MaskResponse } from './mask.response.js';
import { AnyPolygon, type PolygonResponse, type RingsResponse } from './polygon.response.js';
import { PolylineResponse } from './polyline.response.js';

/** What is said about a part of a picture but for its label, in an annotation and in each of its versions. */
export abstract class AnnotationContentResponse {
  /** An outline; null if it is seen otherwise. */
  @AnyPolygon()
  polygon!: PolygonResponse | RingsResponse | null;

  /** A box; null if it is seen otherwise. */
  @ApiProperty({ type: BoxResponse, nullable: true, example: null })
  box!: BoxResponse | null;

  /** An open line; null if it is seen otherwise. */
  @ApiProperty({ type: PolylineResponse, nullable: true, example: null })
  polyline!: PolylineResponse | null;

  /** Keypoints; null if it is seen otherwise. */
  @ApiProperty({ type: KeypointsResponse, nullable: true, example: null })
  points!: KeypointsResponse | null;

  /** Single pixels; null if it is seen otherwise. */
  @ApiProperty({ type: MaskResponse, nullable: true, example: null })
  mask!: MaskResponse | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { condition: 'clean', occluded: false },
  })
  attributes!: Attributes;

  @ApiProperty({ enum: ANNOTATION_SOURCES, example: 'model' })
  source!: AnnotationSource;

  /** @example 0.93 */
  @ApiProperty({ minimum: 0, maximum: 1 })
  confidence!: number | null;

  /** `[x, y, width, height]` in pixels of the upright picture; of the labelled keypoints. */
  @ApiProperty({
    type: 'array',
    items: { type: 'number' },
    minItems: 4,
    maxItems: 4,
    nullable: true,
    example: [120.5, 80, 289.5, 220],
  })
  bbox!: [number, number, number, number] | null;

  /**
   * Square pixels; null for lines and keypoints, which have none.
   * @example 29805.3125
   */
  area!: number | null;

  /**
   * `[x, y]` of the middle: that of the area, of a line by its length, the mean of the labelled keypoints or of a
   * mask's pixels.
   */
  @ApiProperty({
    type: 'array',
    items: { type: 'number' },
    minItems: 2,
    maxItems: 2,
    nullable: true,
    example: [306.16666666666663, 158.41666666666669],
  })
  centroid!: readonly [number, number] | null;
}
