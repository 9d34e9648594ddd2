import type { Picture } from '../../src/images/picture.js';
import type { RenditionFormat, RenditionPlan } from '../../src/renditions/rendition-plan.js';
import { planRendition } from '../../src/renditions/rendition-planner.js';
import type { RenditionRequest } from '../../src/renditions/rendition-request.js';
import { LIMITS } from './picture-files.js';

/** What the service decides for a request, where no annotation plays a part. */
export function planOf(
  picture: Picture,
  request: RenditionRequest = {},
  limits = LIMITS,
): RenditionPlan {
  const format = picture.mediaType.slice('image/'.length) as RenditionFormat;
  const circumstances = { limits, accepted: [], places: new Map() };
  return planRendition(request, { ...picture, format }, circumstances);
}
