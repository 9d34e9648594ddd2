import { type Precondition, PreconditionFailed } from '../../errors/precondition.js';
import type { AnnotationRecord } from '../annotation.js';
import { annotationTag } from '../annotation-tags.js';
import { AnnotationsChanged } from './annotation-conflict.errors.js';
import { lastChange } from './last-change.js';

/**
 * Makes sure that an annotation is the one that a write is based on.
 * @param index of it, also if it was deleted
 * @param current undefined if it was
 * @throws PreconditionRequired | AnnotationsChanged
 */
export function assertUnchanged(
  precondition: Precondition,
  imageKey: string,
  index: number,
  current: AnnotationRecord | undefined,
): void {
  const state = current && {
    etag: annotationTag(current),
    version: current.version,
    ...lastChange(current, [current]),
  };
  try {
    precondition.assertHolds('annotation', state);
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    throw new AnnotationsChanged('annotation', state, imageKey, current ?? null, [index]);
  }
}
