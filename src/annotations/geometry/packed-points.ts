import type { Point } from './polygon.js';

/** The points of several polygons in two pieces of memory, which go to another thread without being copied. */
export interface PackedPoints {
  /** x and y by turns, of one polygon after the other. */
  coordinates: Float64Array<ArrayBuffer>;
  /** How many points each polygon has. */
  counts: Uint32Array<ArrayBuffer>;
}

export function packed(polygons: readonly (readonly Point[])[]): PackedPoints {
  const counts = Uint32Array.from(polygons, (points) => points.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const coordinates = new Float64Array(2 * total);
  let at = 0;
  for (const points of polygons)
    for (const [x, y] of points) {
      coordinates[at] = x;
      coordinates[at + 1] = y;
      at += 2;
    }
  return { coordinates, counts };
}

export function unpacked({ coordinates, counts }: PackedPoints): Point[][] {
  let at = 0;
  return Array.from(counts, (count) =>
    Array.from({ length: count }, (): Point => {
      const point: Point = [coordinates[at] ?? 0, coordinates[at + 1] ?? 0];
      at += 2;
      return point;
    }),
  );
}
