import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { type AnnotationDiff, CONTENT_FIELDS, type ContentField } from '../annotation-diff.js';

/** The label of both versions. */
@ApiSchema({ name: 'InstrumentDiff', description: 'The label of both versions.' })
export class InstrumentDiffResponse {
  /** @example "needle holder" */
  from!: string;

  /** @example "needle holder" */
  to!: string;
}

/** How one version of an annotation differs from another. */
@ApiSchema({
  name: 'AnnotationDiff',
  description: 'How one version of an annotation differs from another.',
})
export class AnnotationDiffResponse {
  /** @example 1 */
  @ApiProperty({ type: 'integer', minimum: 1 })
  from!: number;

  /** @example 2 */
  @ApiProperty({ type: 'integer', minimum: 1 })
  to!: number;

  /** What is not the same in both. */
  @ApiProperty({ enum: CONTENT_FIELDS, isArray: true, example: ['polygon'] })
  changed!: ContentField[];

  @ApiProperty({ type: InstrumentDiffResponse })
  instrument!: InstrumentDiffResponse;

  /**
   * Intersection over union of polygons and boxes, or of masks of the same size: 1 if they are equal, 0 if they have
   * nothing in common; null where one of the versions has no such geometry, and for a mask beside anything else.
   * @example 0.87
   */
  @ApiProperty({ minimum: 0, maximum: 1 })
  iou!: number | null;

  static from({ from, to, changed, iou }: AnnotationDiff): AnnotationDiffResponse {
    return {
      from: from.version,
      to: to.version,
      changed,
      instrument: { from: from.instrument, to: to.instrument },
      iou,
    };
  }
}
