import {
  type GeometryFault,
  keyFaults,
  MAX_GEOMETRY_FAULTS,
  pointsFaults,
} from './shape-faults.js';

export const MIN_POINTS = 2;
export const MIN_RING_POINTS = 3;

/**
 * What keeps a value from being a polygon at all: `{ points: [[x, y], …] }` with 2 to `maxPoints` points of two
 * finite numbers each, or `{ rings: [[[x, y], …], …] }` with at least three points each and at most `maxPoints` of
 * them together. Empty: it is a `Polygon`; whether it is a possible one is the question of `polygonGeometryFaults`.
 */
export function polygonShapeFaults(value: unknown, maxPoints: number): GeometryFault[] {
  const keys = keyFaults(value, 'a polygon', ['points', 'rings']);
  if (!keys.fields)
    return [{ path: [], detail: 'must be an object with the key "points" or "rings"' }];
  const faults = [...keys.faults, ...fieldFaults(keys.fields, maxPoints)];
  return faults.slice(0, MAX_GEOMETRY_FAULTS);
}

function fieldFaults({ points, rings }: Record<string, unknown>, maxPoints: number) {
  if (rings === undefined) return pointsFaults(points, { min: MIN_POINTS, max: maxPoints });
  const faults = ringsFaults(rings, maxPoints);
  if (points === undefined) return faults;
  return [{ path: ['rings'], detail: 'must not be there beside "points"' }, ...faults];
}

function ringsFaults(rings: unknown, maxPoints: number): GeometryFault[] {
  const path = ['rings'];
  if (!Array.isArray(rings) || rings.length === 0)
    return [{ path, detail: 'must be an array of at least one ring: the outer one, then holes' }];
  const counts = rings.map((ring: unknown) => (Array.isArray(ring) ? ring.length : 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > maxPoints || rings.length > maxPoints)
    return [{ path, detail: `must hold at most ${maxPoints} points together, not ${total}` }];
  const faults: GeometryFault[] = [];
  for (const [place, ring] of rings.entries()) {
    const range = { min: MIN_RING_POINTS, max: maxPoints };
    faults.push(...pointsFaults(ring, range, ['rings', place]));
    if (faults.length >= MAX_GEOMETRY_FAULTS) break;
  }
  return faults;
}
