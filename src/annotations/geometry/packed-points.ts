import { type Point, type Polygon, ringsOf } from './polygon.js';

/** The points of several polygons in a few pieces of memory, which go to another thread without being copied. */
export interface PackedPoints {
  /** x and y by turns, of one ring after the other. */
  coordinates: Float64Array<ArrayBuffer>;
  /** How many points each ring has. */
  counts: Uint32Array<ArrayBuffer>;
  /** How many rings each polygon has; of what has points and no rings, {@link PLAIN}, and of none {@link NONE}. */
  ringCounts: Int32Array<ArrayBuffer>;
}

const NONE = 0;
const PLAIN = -1;

export function packed(polygons: readonly (Polygon | null)[]): PackedPoints {
  const ringCounts = Int32Array.from(polygons, (polygon) =>
    polygon ? (polygon.rings?.length ?? PLAIN) : NONE,
  );
  const rings = polygons.flatMap((polygon) => (polygon ? ringsOf(polygon) : []));
  const counts = Uint32Array.from(rings, (points) => points.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const coordinates = new Float64Array(2 * total);
  let at = 0;
  for (const points of rings)
    for (const [x, y] of points) {
      coordinates[at] = x;
      coordinates[at + 1] = y;
      at += 2;
    }
  return { coordinates, counts, ringCounts };
}

export function unpacked({ coordinates, counts, ringCounts }: PackedPoints): (Polygon | null)[] {
  let [at, ring] = [0, 0];
  const nextRing = () => {
    const points = Array.from({ length: counts[ring] ?? 0 }, (): Point => {
      const point: Point = [coordinates[at] ?? 0, coordinates[at + 1] ?? 0];
      at += 2;
      return point;
    });
    ring += 1;
    return points;
  };
  return Array.from(ringCounts, (count): Polygon | null => {
    if (count === NONE) return null;
    if (count === PLAIN) return { points: nextRing() };
    return { rings: Array.from({ length: count }, nextRing) };
  });
}
