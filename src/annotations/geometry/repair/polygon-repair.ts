import { type Point, type Polygon, ringsOf } from '../polygon.js';
import { faultsOfPolygon, outsideFaults, type PictureSize } from '../polygon-geometry.js';
import type { GeometryFault } from '../shape-faults.js';
import { clamped } from './clamping.js';
import type { RepairAction } from './corners-under-repair.js';
import { type RepairedRing, repairedRing, repeatsNeighbours } from './ring-repair.js';

/** One thing that was done to a geometry, and where in it as it was sent: `['points', 3]` is its fourth point. */
export interface GeometryRepair {
  readonly path: GeometryFault['path'];
  readonly action: RepairAction;
  readonly detail: string;
}

/** A geometry as it may be stored, and what was done to it; as it was sent, and nothing, where it cannot be repaired. */
export interface Repaired<T> {
  readonly geometry: T;
  readonly repairs: readonly GeometryRepair[];
}

/**
 * Repairs what is impossible about a polygon, where no point of its old and of its new outline is farther than half a
 * pixel from the other one: repeated neighbours and spikes go, tiny loops are cut off, crossings of stretches that
 * are within half a pixel of each other become touches, edges on each other are parted by a hair, and points just
 * outside of the picture are moved to its margin. A polygon that has no faults and repeats no neighbours is returned
 * as it is, and so is one that cannot be repaired: whole or not at all.
 */
export function repairedPolygon(polygon: Polygon, size?: PictureSize): Repaired<Polygon> {
  const untouched = { geometry: polygon, repairs: [] };
  const rings = ringsOf(polygon);
  const isBox = polygon.points?.length === 2;
  if (isPossible(polygon, size) && (isBox || !rings.some(repeatsNeighbours))) return untouched;
  const repaired = rings.flatMap((ring) => repairedInside(ring, size, isBox) ?? []);
  if (repaired.length < rings.length) return untouched;
  const geometry: Polygon = polygon.points
    ? { points: repaired[0]?.points ?? [] }
    : { rings: repaired.map(({ points }) => points) };
  // Each ring by itself is possible; together they may not be.
  if (!isPossible(geometry, size)) return untouched;
  const repairs = repaired.flatMap((ring, place) =>
    ring.repairs.map(({ sent, action, detail }) => ({
      path: polygon.points ? ['points', sent] : ['rings', place, sent],
      action,
      detail,
    })),
  );
  return { geometry, repairs };
}

/** A polygon as it is after its repair; undefined where nothing was done. */
export function repairOf(
  polygon: Polygon | null,
  size: PictureSize | undefined,
): Repaired<Polygon> | undefined {
  const repaired = polygon && repairedPolygon(polygon, size);
  return repaired && repaired.repairs.length > 0 ? repaired : undefined;
}

function repairedInside(
  ring: readonly Point[],
  size: PictureSize | undefined,
  isBox: boolean,
): RepairedRing | undefined {
  const { points, moved } = clamped(ring, size);
  const clampings = moved.map(({ place, detail }) => ({
    sent: place,
    action: 'clamped' as const,
    detail,
  }));
  if (isBox) return { points, repairs: clampings };
  const repaired = repairedRing(points, ring);
  return repaired && { points: repaired.points, repairs: [...clampings, ...repaired.repairs] };
}

function isPossible(polygon: Polygon, size: PictureSize | undefined): boolean {
  if (size && ringsOf(polygon).some((ring) => outsideFaults(ring, size).length > 0)) return false;
  return faultsOfPolygon(polygon).length === 0;
}
