import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { MAX_ANNOTATION_INDEX } from '../../../http/validation/path-parameters.js';
import { MustBePresent } from '../../../http/validation/presence.js';
import { ReplaceAnnotationRequest } from '../../dto/replace-annotation.request.js';
import { IsWholePolygon } from '../../dto/whole-polygon.rule.js';
import type { Polygon } from '../../geometry/polygon.js';

/** An annotation, whole, with the index of the one that it replaces. */
export class ReplaceListedAnnotationRequest extends ReplaceAnnotationRequest {
  /** Which annotation it replaces. */
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_ANNOTATION_INDEX,
    required: true,
    example: 0,
  })
  @IsInt()
  @Min(0)
  @Max(MAX_ANNOTATION_INDEX)
  @MustBePresent()
  declare index: number;

  // A condition is inherited together with what it was to replace: it must be said again.
  @IsWholePolygon()
  declare polygon?: Polygon | null;
}
