/** One thing wrong with a polygon, and where in it: `['points', 3]` is its fourth point. */
export interface GeometryFault {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

/** Faults beyond these are not listed: an answer stays readable, and small. */
export const MAX_GEOMETRY_FAULTS = 100;
export const MIN_POINTS = 2;

/**
 * What keeps a value from being a polygon at all (`{ points: [[x, y], …] }` with 2 to `maxPoints` points
 * of two finite numbers each). Empty: it is a `Polygon`; whether it is a possible one is the
 * question of `polygonGeometryFaults`.
 */
export function polygonShapeFaults(value: unknown, maxPoints: number): GeometryFault[] {
  if (!isObject(value)) {
    return [{ path: [], detail: 'must be an object with the key "points"' }];
  }
  const unknownKeys = Object.keys(value)
    .filter((key) => key !== 'points')
    .slice(0, MAX_GEOMETRY_FAULTS)
    .map((key) => ({ path: [key], detail: 'is not a known key of a polygon' }));
  const points = Object.hasOwn(value, 'points') ? value.points : undefined;
  return [...unknownKeys, ...pointsFaults(points, maxPoints)].slice(0, MAX_GEOMETRY_FAULTS);
}

function pointsFaults(points: unknown, maxPoints: number): GeometryFault[] {
  const path = ['points'];
  if (points === undefined) return [{ path, detail: 'is required' }];
  if (!Array.isArray(points)) return [{ path, detail: 'must be an array of [x, y]' }];
  // A list too long is not walked: a million points must be as cheap to refuse as one.
  if (points.length < MIN_POINTS || points.length > maxPoints) {
    const range = `${MIN_POINTS} to ${maxPoints}`;
    return [{ path, detail: `must hold ${range} points, not ${points.length}` }];
  }
  const faults: GeometryFault[] = [];
  for (let index = 0; index < points.length && faults.length < MAX_GEOMETRY_FAULTS; index += 1) {
    if (!isPoint(points[index])) {
      faults.push({
        path: ['points', index],
        detail: 'must be [x, y]: exactly two finite numbers',
      });
    }
  }
  return faults;
}

function isPoint(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isFinite(value[0]) &&
    Number.isFinite(value[1])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
