import { edgeName, tooFewCorners } from './corners.js';
import { firstMeeting } from './first-meeting.js';
import { holedGeometryFaults } from './holed-geometry.js';
import { Outline } from './outline.js';
import { boundsOf, type Point, type Polygon } from './polygon.js';
import { type GeometryFault, MAX_GEOMETRY_FAULTS } from './shape-faults.js';
import { isFlat } from './ring-area.js';

/** The size of an upright picture, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Half a pixel, by which annotation tools that count from pixel centres overshoot the edge. */
export const MARGIN = 0.5;

/** What is impossible about a polygon of the right shape in itself; nothing about none. */
export function faultsOfPolygon(polygon: Polygon | null): GeometryFault[] {
  if (!polygon) return [];
  if (polygon.points) return polygonGeometryFaults(polygon.points);
  return holedGeometryFaults(polygon.rings);
}

/**
 * What is impossible about a polygon of the right shape: points outside the picture (where its size
 * is known), a box or ring without area, a ring of fewer than three corners, and the first two edges
 * whose interiors cross or overlap. Everything is judged exactly, by the float64 numbers as sent.
 * At most 100 faults; those of the whole figure stand before those of single points, so that a
 * thousand points outside do not hide a crossing.
 *
 * @param points 2 to 10,000 points of finite numbers, as `polygonShapeFaults` ensures
 */
export function polygonGeometryFaults(
  points: readonly Point[],
  size?: PictureSize,
): GeometryFault[] {
  const figureFaults = points.length > 2 ? ringFaults(points) : boxFaults(points);
  const outside = size ? outsideFaults(points, size) : [];
  return [...figureFaults, ...outside].slice(0, MAX_GEOMETRY_FAULTS);
}

/**
 * The points that lie more than half a pixel outside a picture, at most 100 of them.
 * @param path where the points are
 * @param counts which of them are looked at, by their places
 */
export function outsideFaults(
  points: readonly Point[],
  { width, height }: PictureSize,
  path: GeometryFault['path'] = ['points'],
  counts: (index: number) => boolean = () => true,
): GeometryFault[] {
  const faults: GeometryFault[] = [];
  for (const [index, [x, y]] of points.entries()) {
    if (isInside(x, width) && isInside(y, height)) continue;
    if (!counts(index)) continue;
    const details = [...outsideDetail('x', x, width), ...outsideDetail('y', y, height)];
    faults.push({ path: [...path, index], detail: details.join('; ') });
    if (faults.length === MAX_GEOMETRY_FAULTS) break;
  }
  return faults;
}

function boxFaults(points: readonly Point[]): GeometryFault[] {
  const [, , width, height] = boundsOf(points);
  if (width > 0 && height > 0) return [];
  return [{ path: ['points', 1], detail: 'makes a box of zero area with the corner before it' }];
}

function ringFaults(points: readonly Point[]): GeometryFault[] {
  const tooFew = tooFewCorners(points);
  if (tooFew) {
    const { index, detail } = tooFew;
    return [{ path: ['points', index], detail: `${detail}, a box is two points` }];
  }
  const faults: GeometryFault[] = [];
  if (isFlat(points)) faults.push({ path: ['points'], detail: 'make a ring of zero area' });
  const meeting = firstMeeting(new Outline(points));
  if (meeting) {
    const { earlier, later } = meeting;
    const [laterEdge, earlierEdge] = [later, earlier].map((edge) => edgeName(edge, points.length));
    const detail = `starts ${laterEdge}, which ${meeting.meeting} ${earlierEdge} (counted from 0)`;
    faults.push({ path: ['points', later], detail });
  }
  return faults;
}

function isInside(value: number, length: number): boolean {
  return value >= -MARGIN && value <= length + MARGIN;
}

function outsideDetail(axis: string, value: number, length: number): string[] {
  if (isInside(value, length)) return [];
  return [
    `${axis} must be from ${-MARGIN} to ${length + MARGIN} to lie in the picture, not ${value}`,
  ];
}
