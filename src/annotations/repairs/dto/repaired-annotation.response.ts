import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AnnotationRecord } from '../../annotation.js';
import { AnnotationResponse } from '../../dto/annotation.response.js';
import { type RepairAction, REPAIR_ACTIONS } from '../../geometry/repair/corners-under-repair.js';
import type { Repair } from '../draft-repairs.service.js';

/** One thing that was done to a geometry. */
@ApiSchema({ name: 'Repair', description: 'One thing that was done to a geometry.' })
export class RepairResponse {
  /**
   * Where in the request.
   * @example "#/polygon/points/3"
   */
  pointer!: string;

  /**
   * `clamped`: moved to the margin of the picture. `removed-duplicate`: left out, for it repeated a neighbour.
   * `removed-spike`: the tip of one, left out. `untangled`: where a loop was cut off, or stretches that crossed touch
   * now. `parted`: moved aside by a hair, for it lay on another edge.
   */
  @ApiProperty({ enum: REPAIR_ACTIONS, example: 'removed-duplicate' })
  action!: RepairAction;

  /** @example "repeated the point before it" */
  detail!: string;
}

/** An annotation, and what was repaired of what was sent. */
@ApiSchema({
  name: 'RepairedAnnotation',
  description: 'An annotation, and what was repaired of what was sent.',
})
export class RepairedAnnotationResponse extends AnnotationResponse {
  /** Empty if there was nothing to repair. */
  repairs!: RepairResponse[];

  /** @param repairs undefined where none were asked for */
  static withRepairs(
    imageKey: string,
    annotation: AnnotationRecord,
    repairs: readonly Repair[] | undefined,
  ): AnnotationResponse | RepairedAnnotationResponse {
    const response = AnnotationResponse.from(imageKey, annotation);
    return repairs ? Object.assign(response, { repairs: [...repairs] }) : response;
  }
}
