import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AnnotationRecord } from '../annotation.js';
import { AnnotationContentResponse } from './annotation-content.response.js';

/** A mark on an image. */
@ApiSchema({ name: 'Annotation', description: 'A mark on an image.' })
export class AnnotationResponse extends AnnotationContentResponse {
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
      box: annotation.box,
      polyline: annotation.polyline,
      points: annotation.points,
      mask: annotation.mask,
      attributes: annotation.attributes,
      source: annotation.source,
      confidence: annotation.confidence,
      bbox: annotation.bbox,
      area: annotation.area,
      centroid: annotation.centroid,
      created_at: annotation.createdAt.toISOString(),
      updated_at: annotation.updatedAt.toISOString(),
      created_by: annotation.createdBy,
      updated_by: annotation.updatedBy,
      version: annotation.version,
    };
  }
}
