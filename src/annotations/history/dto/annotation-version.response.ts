import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AnnotationContentResponse } from '../../dto/annotation-content.response.js';
import type { LabelStep } from '../../label-lineage.js';
import { type ListedVersion, VERSION_CHANGES, type VersionChange } from '../annotation-version.js';

/** That the label of an annotation was called something else from one moment on. */
@ApiSchema({
  name: 'LabelStep',
  description: 'That the label of an annotation was called something else from one moment on.',
})
class LabelStepResponse {
  /** @example "2026-03-02T10:15:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  /** Name of the caller who did it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  by!: string | null;

  /** `merged`: another label was called so already. */
  @ApiProperty({ enum: ['renamed', 'merged'], example: 'renamed' })
  action!: LabelStep['action'];

  /** @example "Mayo-Hegar needle holder" */
  to_name!: string;

  static from({ at, by, action, to }: LabelStep): LabelStepResponse {
    return { at: at.toISOString(), by, action, to_name: to };
  }
}

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

  /** What became of the name of its label until the next version; the oldest first. */
  label_changes!: LabelStepResponse[];

  static from(version: ListedVersion): AnnotationVersionResponse {
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
      label_changes: version.labelSteps.map((step) => LabelStepResponse.from(step)),
    };
  }
}
