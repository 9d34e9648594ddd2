import { requestedOf } from '../annotations/annotation-sets.service.js';
import { requestDigest } from '../database/repeatable-requests.js';
import type { ImageDraft } from './image.js';

/**
 * What tells whether a request to create an image is the same again: a digest of all that it asks for.
 * @param file sha256 of the photograph that comes with it, if one does
 */
export function creationDigest(draft: ImageDraft, file: string | null): string {
  const annotations = draft.annotations.map(requestedOf);
  // Without a file there is no camera to find: null says as much as nothing.
  const { hardwareId = file === null ? null : undefined } = draft;
  return requestDigest({ ...draft, annotations, hardwareId, file });
}
