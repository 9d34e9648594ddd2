import { ringArea } from './ring-area.js';

/** A place in the upright picture, in pixels: x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** Two points are the opposite corners of a box; three or more are a ring, closed by itself. */
export interface Polygon {
  readonly points: readonly Point[];
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
