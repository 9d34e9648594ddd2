import { isDeepStrictEqual } from 'node:util';
import { GEOMETRY_KINDS, type Geometries } from '../geometry/geometry.js';
import { intersectionOverUnion } from '../geometry/intersection-over-union.js';
import { maskIntersectionOverUnion } from '../geometry/mask-overlap.js';
import { type Point, ringsOf } from '../geometry/polygon.js';
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
  /** Intersection over union of polygons and boxes, or of masks of one size; null for anything else. */
  iou: number | null;
}

export async function diffOf(
  from: AnnotationVersion,
  to: AnnotationVersion,
): Promise<AnnotationDiff> {
  const changed = CONTENT_FIELDS.filter((field) => !isDeepStrictEqual(from[field], to[field]));
  return { from, to, changed, iou: await iouOf(from, to) };
}

async function iouOf(from: Geometries, to: Geometries): Promise<number | null> {
  if (from.mask && to.mask) return maskIntersectionOverUnion(from.mask, to.mask);
  const [one, other] = [outlineOf(from), outlineOf(to)];
  return one && other ? intersectionOverUnion(one, other) : null;
}

/** The rings of a polygon, or the corners of a box; nothing else has an inside of its own shape. */
function outlineOf({ polygon, box }: Geometries): readonly (readonly Point[])[] | null {
  if (polygon) return ringsOf(polygon);
  if (!box) return null;
  const { x, y, width, height } = box;
  return [
    [
      [x, y],
      [x + width, y + height],
    ],
  ];
}
