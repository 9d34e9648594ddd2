import type { AnnotationDraft, AnnotationRecord } from '../annotation.js';
import type { PlacedDraft } from '../annotation-set.writer.js';

/** Edits of a set that are carried out together or not at all; no two of them name the same index. */
export interface SetEdits {
  /** New ones; without an index each gets the next. */
  create: readonly AnnotationDraft[];
  /** What the annotations of these indexes are to be, whole. */
  replace: readonly PlacedDraft[];
  remove: readonly number[];
  /** The version of the set that the client started from. */
  baseVersion?: number;
}

/** What an edit came to. */
export interface EditResult {
  /** Its place in the request. */
  pointer: string;
  kind: 'created' | 'replaced' | 'deleted';
  index: number;
  /** As it is now; undefined where it was deleted. */
  annotation: AnnotationRecord | undefined;
}
