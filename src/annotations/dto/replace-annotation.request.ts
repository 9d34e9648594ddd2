import { ApiProperty } from '@nestjs/swagger';
import { MAX_ANNOTATION_INDEX } from '../../http/validation/path-parameters.js';
import type { Polygon } from '../geometry/polygon.js';
import { CreateAnnotationRequest } from './create-annotation.request.js';
import { IsWholePolygon } from './whole-polygon.rule.js';

/**
 * An annotation, whole: `polygon` must be there unless another geometry is, so that none is lost by accident. At most
 * one geometry is not null.
 */
export class ReplaceAnnotationRequest extends CreateAnnotationRequest {
  /** Its place in the image; without one, an annotation of a set is a new one. */
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_ANNOTATION_INDEX,
    required: false,
    example: 0,
  })
  declare index?: number;

  /** Where it is seen, as an outline; it may be left out only beside another geometry. */
  @IsWholePolygon()
  declare polygon?: Polygon | null;
}
