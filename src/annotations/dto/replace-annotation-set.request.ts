import { IsAnnotationList } from './annotation-list.rule.js';
import { IsBaseVersion } from './base-version.rule.js';
import { ReplaceAnnotationRequest } from './replace-annotation.request.js';

/** All annotations of an image: what is not named is deleted. */
export class ReplaceAnnotationSetRequest {
  @IsAnnotationList(ReplaceAnnotationRequest)
  annotations!: ReplaceAnnotationRequest[];

  @IsBaseVersion()
  base_version?: number;
}
