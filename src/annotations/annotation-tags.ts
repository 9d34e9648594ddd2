import { versionTag } from '../database/entity-tag.js';
import type { AnnotationRecord } from './annotation.js';

/*
 * What shows labels changes when one is renamed, although the rename writes nothing but the label's row. So entity
 * tags end with the renames of the labels that are shown, where there are any. Their sum is enough: while the
 * version stays the same the labels do, and each has been renamed only more often.
 */

/** How often the labels of these annotations were renamed. */
export function renamesIn(annotations: readonly Pick<AnnotationRecord, 'renames'>[]): number {
  return annotations.reduce((sum, { renames }) => sum + renames, 0);
}

/** The versions that an entity tag is made of, with the renames of the labels that it shows. */
export function withRenames(renames: number, ...versions: number[]): number[] {
  return renames === 0 ? versions : [...versions, renames];
}

/** What names a state of the set of an image: its version, and the renames of its labels. */
export function revisionOf(
  setVersion: number,
  annotations: readonly Pick<AnnotationRecord, 'renames'>[],
): string {
  return withRenames(renamesIn(annotations), setVersion).join('.');
}

/** The strong entity tag of an annotation. */
export function annotationTag({
  version,
  renames,
}: Pick<AnnotationRecord, 'version' | 'renames'>): string {
  return versionTag(...withRenames(renames, version));
}
