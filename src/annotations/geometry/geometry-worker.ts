import { type PackedPoints, unpacked } from './packed-points.js';
import { faultsOfPolygon } from './polygon-geometry.js';
import type { GeometryFault } from './shape-faults.js';

/** What runs on a thread of its own: the faults of each polygon, by its place. */
export default function faultsOfEach(packed: PackedPoints): GeometryFault[][] {
  return unpacked(packed).map(faultsOfPolygon);
}
