import type { AnnotationContent } from '../annotation.js';

/** The content of an annotation; undefined where there is none. */
export type Content = AnnotationContent | undefined;

/**
 * What an annotation was in an earlier set: as its label is called now, and as it was called when it was stored,
 * where that differs, for a client may have read either. Empty if that is not kept any more.
 */
export interface BaseContent {
  forms: readonly Content[];
}

/** An annotation that changed since an earlier set: when and by whom last, and what it was there. */
export interface ChangeSince {
  at: Date;
  by: string | null;
  base: BaseContent;
}
