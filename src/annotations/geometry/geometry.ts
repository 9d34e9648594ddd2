import type { Point, Polygon } from './polygon.js';

/** Left and top edge and the size, in pixels of the upright picture; width and height are above 0. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An open line through at least two points. */
export interface Polyline {
  readonly points: readonly Point[];
}

/** As COCO has it: 0 not labelled (its place says nothing), 1 labelled but hidden, 2 labelled and visible. */
export type Visibility = 0 | 1 | 2;

/** Keypoints, in an order that the client gives a meaning to; `visibility` is as long as `points`. */
export interface Keypoints {
  readonly points: readonly Point[];
  readonly visibility: readonly Visibility[];
}

/**
 * Single pixels as COCO's run-length encoding (https://github.com/cocodataset/cocoapi): the lengths of runs, first
 * of pixels outside, then inside, and so on, down each column from left to right; as a list, or as COCO's compressed
 * text.
 */
export interface Mask {
  /** As COCO has it: the height first. */
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[] | string;
}

/** Where an annotation is seen: at most one is not null; none of them for a label of the whole picture. */
export interface Geometries {
  readonly polygon: Polygon | null;
  readonly box: Box | null;
  readonly polyline: Polyline | null;
  readonly points: Keypoints | null;
  readonly mask: Mask | null;
}

/** The kinds of geometry, in the order in which the wire has them. */
export const GEOMETRY_KINDS = ['polygon', 'box', 'polyline', 'points', 'mask'] as const;
export type GeometryKind = (typeof GEOMETRY_KINDS)[number];

/** The geometries of something that is more. */
export function geometriesOf({ polygon, box, polyline, points, mask }: Geometries): Geometries {
  return { polygon, box, polyline, points, mask };
}

/** Those keypoints that are labelled. */
export function labelledPoints({ points, visibility }: Keypoints): readonly Point[] {
  return points.filter((_, place) => visibility[place] !== 0);
}
