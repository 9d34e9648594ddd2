import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  ANNOTATION_SOURCES,
  type AnnotationRecord,
  type AnnotationSource,
  type Attributes,
} from '../annotation.js';
import { PolygonResponse } from './polygon.response.js';

/** A mark on an image. */
@ApiSchema({ name: 'Annotation', description: 'A mark on an image.' })
export class AnnotationResponse {
  /** @example "tray-7/front" */
  image_key!: string;

  /**
   * Unique in its image.
   * @example 0
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  index!: number;

  /** @example "needle holder" */
  instrument!: string;

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

  /** @example "2026-03-01T08:31:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /** @example "2026-03-01T08:31:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  /** Name of the caller who made it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  created_by!: string | null;

  /** Name of the caller who changed it last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  updated_by!: string | null;

  /**
   * Raised by every change.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  static from(imageKey: string, annotation: AnnotationRecord): AnnotationResponse {
    return {
      image_key: imageKey,
      index: annotation.index,
      instrument: annotation.instrument,
      polygon: annotation.polygon,
      attributes: annotation.attributes,
      source: annotation.source,
      confidence: annotation.confidence,
      bbox: annotation.bbox,
      area: annotation.area,
      created_at: annotation.createdAt.toISOString(),
      updated_at: annotation.updatedAt.toISOString(),
      created_by: annotation.createdBy,
      updated_by: annotation.updatedBy,
      version: annotation.version,
    };
  }
}
