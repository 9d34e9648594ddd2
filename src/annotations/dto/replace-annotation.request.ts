import { ApiProperty } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { MAX_ANNOTATION_INDEX } from '../../http/validation/path-parameters.js';
import type { Polygon } from '../geometry/polygon.js';
import { IsPolygon } from './annotation-content.rules.js';
import { CreateAnnotationRequest } from './create-annotation.request.js';
import { PolygonResponse } from './polygon.response.js';

/** An annotation, whole: `polygon` must be there, so that none is lost by accident. */
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

  /** Where it is seen; null for a label of the whole picture. */
  @ApiProperty({ type: PolygonResponse, nullable: true, required: true })
  @IsPolygon({ message: 'must be there: null clears it' })
  @ValidateIf((_object, value) => value !== null)
  declare polygon: Polygon | null;
}
