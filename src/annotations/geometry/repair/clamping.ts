import type { Point } from '../polygon.js';
import { MARGIN, type PictureSize } from '../polygon-geometry.js';
import { REACH } from './reach.js';

/** Points of which some were moved to the edge of what may be, and which: by their places. */
export interface Clamped {
  readonly points: readonly Point[];
  readonly moved: readonly { place: number; detail: string }[];
}

/** Moves points that lie by no more than half a pixel beyond the margin of the picture to it; others stay. */
export function clamped(
  points: readonly Point[],
  size: PictureSize | undefined,
  counts: (place: number) => boolean = () => true,
): Clamped {
  const moved: { place: number; detail: string }[] = [];
  if (!size) return { points, moved };
  const result = points.map((point, place): Point => {
    const [x, y] = point;
    const [toX, toY] = [nearest(x, size.width), nearest(y, size.height)];
    const distance = Math.hypot(toX - x, toY - y);
    if (distance === 0 || distance > REACH || !counts(place)) return point;
    moved.push({
      place,
      detail: `lay outside of the picture, at [${x}, ${y}]: moved to [${toX}, ${toY}]`,
    });
    return [toX, toY];
  });
  return moved.length > 0 ? { points: result, moved } : { points, moved };
}

/** The number nearest to a coordinate that may be. */
export function nearest(value: number, length: number): number {
  return Math.min(Math.max(value, -MARGIN), length + MARGIN);
}
