import { ringArea } from './ring-area.js';

/** A place in the upright picture, in pixels: x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** Two points are the opposite corners of a box; three or more are a ring, closed by itself. */
export interface PlainPolygon {
  readonly points: readonly Point[];
  readonly rings?: undefined;
}

/** The outer ring, then the holes in it; each is closed by itself. */
export interface HoledPolygon {
  readonly rings: readonly (readonly Point[])[];
  readonly points?: undefined;
}

/** A polygon, with or without holes. */
export type Polygon = PlainPolygon | HoledPolygon;

/** The rings that a polygon is made of, the outer one first; the two corners of a box are taken for one. */
export function ringsOf({ points, rings }: Polygon): readonly (readonly Point[])[] {
  return points ? [points] : rings;
}

/**
 * The smallest upright box around the points, as `[x, y, width, height]` in pixels.
 * A side longer than the largest float64 (corners near ±1.8e308) is given as that number, because
 * JSON has no infinity.
 */
export function boundsOf(
  points: readonly Point[],
): [x: number, y: number, width: number, height: number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, largestAtMost(right - left), largestAtMost(bottom - top)];
}

/**
 * The area in square pixels: of the box (two points) or of the ring (three or more, by the shoelace
 * formula, correct to at least nine digits however thin or far away the ring is).
 * An area that float64 cannot hold is given as the nearest number it can: 0 or about 1.8e308.
 */
export function areaOf(points: readonly Point[]): number {
  if (points.length > 2) return largestAtMost(ringArea(points));
  const [, , width, height] = boundsOf(points);
  return largestAtMost(width * height);
}

function largestAtMost(size: number): number {
  return Math.min(size, Number.MAX_VALUE);
}
