import {
  type GeometryFault,
  keyFaults,
  MAX_GEOMETRY_FAULTS,
  pointsFaults,
} from './shape-faults.js';

const BOX_KEYS = ['x', 'y', 'width', 'height'];

/** What keeps a value from being a box: `{ x, y, width, height }`, finite numbers, the last two above 0. */
export function boxShapeFaults(value: unknown): GeometryFault[] {
  const keys = keyFaults(value, 'a box', BOX_KEYS);
  if (!keys.fields)
    return [{ path: [], detail: 'must be an object with the keys "x", "y", "width" and "height"' }];
  const { fields, faults } = keys;
  return [
    ...faults,
    ...BOX_KEYS.flatMap((key) => {
      const detail = lengthFault(fields[key], key === 'width' || key === 'height');
      return detail === undefined ? [] : [{ path: [key], detail }];
    }),
  ].slice(0, MAX_GEOMETRY_FAULTS);
}

/** What keeps a value from being a line: `{ points: [[x, y], …] }` with 2 to `maxPoints` points. */
export function polylineShapeFaults(value: unknown, maxPoints: number): GeometryFault[] {
  const keys = keyFaults(value, 'a polyline', ['points']);
  if (!keys.fields) return [{ path: [], detail: 'must be an object with the key "points"' }];
  const faults = pointsFaults(keys.fields.points, { min: 2, max: maxPoints });
  return [...keys.faults, ...faults].slice(0, MAX_GEOMETRY_FAULTS);
}

/**
 * What keeps a value from being keypoints: `{ points: [[x, y], …] }` with 1 to `maxPoints` points and, unless all of
 * them are visible, the `visibility` of each.
 */
export function keypointsShapeFaults(value: unknown, maxPoints: number): GeometryFault[] {
  const keys = keyFaults(value, 'points', ['points', 'visibility']);
  if (!keys.fields) return [{ path: [], detail: 'must be an object with the key "points"' }];
  const { points, visibility } = keys.fields;
  const faults = pointsFaults(points, { min: 1, max: maxPoints });
  return [...keys.faults, ...faults, ...visibilityFaults(visibility, points)].slice(
    0,
    MAX_GEOMETRY_FAULTS,
  );
}

function lengthFault(value: unknown, isSide: boolean): string | undefined {
  if (value === undefined) return 'is required';
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a finite number';
  return isSide && value <= 0 ? `must be above 0, not ${value}` : undefined;
}

function visibilityFaults(visibility: unknown, points: unknown): GeometryFault[] {
  const path = ['visibility'];
  if (visibility === undefined) return [];
  if (!Array.isArray(visibility)) return [{ path, detail: 'must be an array of 0, 1 and 2' }];
  if (Array.isArray(points) && visibility.length !== points.length) {
    const detail = `must hold ${points.length} numbers, one for each point, not ${visibility.length}`;
    return [{ path, detail }];
  }
  const faults: GeometryFault[] = [];
  for (const [place, item] of visibility.entries()) {
    if (item === 0 || item === 1 || item === 2) continue;
    const detail = 'must be 0 (not labelled), 1 (hidden) or 2 (visible)';
    faults.push({ path: ['visibility', place], detail });
    if (faults.length === MAX_GEOMETRY_FAULTS) break;
  }
  return faults;
}
