import { type Precondition, PreconditionFailed } from '../../errors/precondition.js';
import type { AnnotationRecord } from '../annotation.js';
import { annotationTag } from '../annotation-tags.js';
import { AnnotationsChanged } from './annotation-conflict.errors.js';

/**
 * Makes sure that an annotation is the one that a write is based on.
 * @param current undefined if there is none
 * @throws PreconditionRequired | PreconditionFailed | AnnotationsChanged
 */
export function assertUnchanged(
  precondition: Precondition,
  imageKey: string,
  current: AnnotationRecord | undefined,
): void {
  const state = current && {
    etag: annotationTag(current),
    version: current.version,
    changedAt: current.updatedAt,
    changedBy: current.updatedBy,
  };
  try {
    precondition.assertHolds('annotation', state);
  } catch (error) {
    if (!(error instanceof PreconditionFailed) || !current || !state) throw error;
    throw new AnnotationsChanged('annotation', state, imageKey, current, [current.index]);
  }
}
