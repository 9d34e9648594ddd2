import { ApiProperty } from '@nestjs/swagger';
import { ANNOTATION_SOURCES, type AnnotationSource, type Attributes } from '../annotation.js';
import { PolygonResponse } from './polygon.response.js';

/** What is said about a part of a picture but for its label, in an annotation and in each of its versions. */
export abstract class AnnotationContentResponse {
  @ApiProperty({ type: PolygonResponse, nullable: true })
  polygon!: PolygonResponse | null;

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

  /** `[x, y, width, height]` in pixels of the upright picture. */
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
   * Square pixels.
   * @example 29805.3125
   */
  area!: number | null;
}
