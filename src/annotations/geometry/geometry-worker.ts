import { type PackedPoints, unpacked } from './packed-points.js';
import type { Polygon } from './polygon.js';
import { faultsOfPolygon, type PictureSize } from './polygon-geometry.js';
import { type Repaired, repairOf } from './repair/polygon-repair.js';
import type { GeometryFault } from './shape-faults.js';

/** What runs on a thread of its own: the faults of each polygon, by its place. */
export default function faultsOfEach(packed: PackedPoints): GeometryFault[][] {
  return unpacked(packed).map(faultsOfPolygon);
}

/** The same: each polygon repaired as far as it can be, by its place; undefined where nothing was done. */
export function repairsOfEach({
  packed,
  size,
}: {
  packed: PackedPoints;
  size: PictureSize | undefined;
}): (Repaired<Polygon> | undefined)[] {
  return unpacked(packed).map((polygon) => repairOf(polygon, size));
}
