import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ANNOTATION_SOURCES, type AnnotationSource, type Attributes } from '../../annotation.js';
import { PolygonResponse } from '../../dto/polygon.response.js';
import {
  type AnnotationVersion,
  VERSION_CHANGES,
  type VersionChange,
} from '../annotation-version.js';

/** An annotation as one change left it. */
@ApiSchema({
  name: 'AnnotationVersion',
  description: 'An annotation as one change left it.',
})
export class AnnotationVersionResponse {
  /** @example 1 */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  /** What made this version. A deletion keeps the content that it took away. */
  @ApiProperty({ enum: VERSION_CHANGES, example: 'created' })
  change!: VersionChange;

  /**
   * The label, as it was called then.
   * @example "needle holder"
   */
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

  /**
   * When it became this.
   * @example "2026-03-01T08:31:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  /** Name of the caller who made it this; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  by!: string | null;

  static from(version: AnnotationVersion): AnnotationVersionResponse {
    return {
      version: version.version,
      change: version.change,
      instrument: version.instrument,
      polygon: version.polygon,
      attributes: version.attributes,
      source: version.source,
      confidence: version.confidence,
      bbox: version.bbox,
      area: version.area,
      at: version.at.toISOString(),
      by: version.by,
    };
  }
}
