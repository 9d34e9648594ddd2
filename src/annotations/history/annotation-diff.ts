import { isDeepStrictEqual } from 'node:util';
import { GEOMETRY_KINDS } from '../geometry/geometry.js';
import { intersectionOverUnion } from '../geometry/intersection-over-union.js';
import { ringsOf } from '../geometry/polygon.js';
import type { AnnotationVersion } from './annotation-version.js';

/** What can differ between two versions of an annotation. */
export const CONTENT_FIELDS = [
  'instrument',
  ...GEOMETRY_KINDS,
  'attributes',
  'source',
  'confidence',
] as const;
export type ContentField = (typeof CONTENT_FIELDS)[number];

/** How one version of an annotation differs from another. */
export interface AnnotationDiff {
  from: AnnotationVersion;
  to: AnnotationVersion;
  changed: ContentField[];
  /** Intersection over union of the polygons; null where one of them has none. */
  iou: number | null;
}

export async function diffOf(
  from: AnnotationVersion,
  to: AnnotationVersion,
): Promise<AnnotationDiff> {
  const changed = CONTENT_FIELDS.filter((field) => !isDeepStrictEqual(from[field], to[field]));
  const [one, other] = [from.polygon, to.polygon];
  const iou =
    one && other
      ? await intersectionOverUnion(ringsOf(one)[0] ?? [], ringsOf(other)[0] ?? [])
      : null;
  return { from, to, changed, iou };
}
