import { type AnnotationContent, contentOf } from '../../annotation.js';
import { AnnotationResponse } from '../../dto/annotation.response.js';
import type { Conflict } from '../annotation-conflict.errors.js';

/** An edit that does not go together with what somebody else did meanwhile: both versions, and where they part. */
export class AnnotationConflictResponse {
  index!: number;
  /** Where the edit stands in the request. */
  pointer!: string;
  /** What the edit wanted; null to delete it. */
  sent!: AnnotationContent | null;
  /** What the edit started from; null if there was none, or it is not known any more. */
  base!: AnnotationContent | null;
  /** What is there now; null if it was deleted. */
  current!: AnnotationResponse | null;
  changed_at!: string | null;
  changed_by!: string | null;

  static from(imageKey: string, conflict: Conflict): AnnotationConflictResponse {
    return {
      index: conflict.index,
      pointer: conflict.pointer,
      sent: conflict.sent && contentOf(conflict.sent),
      base: conflict.base && contentOf(conflict.base),
      current: conflict.current && AnnotationResponse.from(imageKey, conflict.current),
      changed_at: conflict.changedAt?.toISOString() ?? null,
      changed_by: conflict.changedBy,
    };
  }
}
