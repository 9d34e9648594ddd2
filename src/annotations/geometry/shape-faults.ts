/** One thing wrong with a geometry, and where in it: `['points', 3]` is its fourth point. */
export interface GeometryFault {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

/** Faults beyond these are not listed: an answer stays readable, and small. */
export const MAX_GEOMETRY_FAULTS = 100;

/** How many of something there may be. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * What is wrong about the keys of a geometry: it is no object, or has a key that its kind does not.
 * @param kind as a sentence names it: "a polygon"
 */
export function keyFaults(
  value: unknown,
  kind: string,
  known: readonly string[],
): { fields: Record<string, unknown>; faults: GeometryFault[] } | { fields: undefined } {
  if (!isObject(value)) return { fields: undefined };
  const faults = Object.keys(value)
    .filter((key) => !known.includes(key))
    .slice(0, MAX_GEOMETRY_FAULTS)
    .map((key) => ({ path: [key], detail: `is not a known key of ${kind}` }));
  // What is inherited was not sent.
  const sent = known.filter((key) => Object.hasOwn(value, key)).map((key) => [key, value[key]]);
  return { fields: Object.fromEntries(sent) as Record<string, unknown>, faults };
}

/** What keeps a value from being a list of so many points; paths begin with `path`. */
export function pointsFaults(
  points: unknown,
  { min, max }: Range,
  path: readonly (string | number)[] = ['points'],
): GeometryFault[] {
  if (points === undefined) return [{ path, detail: 'is required' }];
  if (!Array.isArray(points)) return [{ path, detail: 'must be an array of [x, y]' }];
  // A list too long is not walked: a million points must be as cheap to refuse as one.
  if (points.length < min || points.length > max)
    return [{ path, detail: `must hold ${min} to ${max} points, not ${points.length}` }];
  const faults: GeometryFault[] = [];
  for (let index = 0; index < points.length && faults.length < MAX_GEOMETRY_FAULTS; index += 1) {
    if (!isPoint(points[index]))
      faults.push({
        path: [...path, index],
        detail: 'must be [x, y]: exactly two finite numbers',
      });
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
