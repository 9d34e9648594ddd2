import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AnnotationContentResponse } from '../../dto/annotation-content.response.js';
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
export class AnnotationVersionResponse extends AnnotationContentResponse {
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
      box: version.box,
      polyline: version.polyline,
      points: version.points,
      mask: version.mask,
      attributes: version.attributes,
      source: version.source,
      confidence: version.confidence,
      bbox: version.bbox,
      area: version.area,
      centroid: version.centroid,
      at: version.at.toISOString(),
      by: version.by,
    };
  }
}
