import type { Point } from '../polygon.js';
import type { RingMeeting } from './all-meetings.js';

const { abs, max, min } = Math;

/** A place through which a ring runs twice, where it may be cut: each time given as a position. */
export interface Knot {
  readonly point: Point;
  readonly early: number;
  readonly late: number;
  readonly meeting: RingMeeting['meeting'];
}

/** Where the edges of a meeting have a place in common: one where they cross, both ends of the stretch where they overlap. */
export function knotsOf(points: readonly Point[], { one, other, meeting }: RingMeeting): Knot[] {
  const [a, b] = edgeOf(points, one);
  const [c, d] = edgeOf(points, other);
  if (meeting === 'crosses') {
    const point = crossingOf(a, b, c, d);
    const [early, late] = [
      one + inside(shareOf(a, b, point)),
      other + inside(shareOf(c, d, point)),
    ];
    return point.every(Number.isFinite) ? [{ point, early, late, meeting }] : [];
  }
  const shared = [a, b, c, d].filter((point) => isOn(a, b, point) && isOn(c, d, point));
  const knots = shared.map((point) => ({
    point,
    early: one + shareOf(a, b, point),
    late: other + shareOf(c, d, point),
    meeting,
  }));
  return knots.filter(({ early, late }) => early < late);
}

function edgeOf(points: readonly Point[], edge: number): [Point, Point] {
  return [points[edge] ?? [0, 0], points[(edge + 1) % points.length] ?? [0, 0]];
}

function crossingOf(a: Point, b: Point, c: Point, d: Point): Point {
  const [rx, ry] = [b[0] - a[0], b[1] - a[1]];
  const [sx, sy] = [d[0] - c[0], d[1] - c[1]];
  const share = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / (rx * sy - ry * sx);
  // Edges that are almost parallel make the share uncertain, but never beyond the edge.
  const t = min(max(share, 0), 1);
  return [a[0] + t * rx, a[1] + t * ry];
}

/** How far along an edge a point on it lies, by the axis along which the edge is longer. */
function shareOf(a: Point, b: Point, point: Point): number {
  const axis = abs(b[0] - a[0]) >= abs(b[1] - a[1]) ? 0 : 1;
  return min(max((point[axis] - a[axis]) / (b[axis] - a[axis]), 0), 1);
}

/** A crossing is inside of both edges, whatever rounding says; apart from their ends by more than positions lose. */
function inside(share: number): number {
  return min(max(share, 1e-9), 1 - 1e-9);
}

/** Whether a point of the line through an edge is on the edge. */
function isOn(a: Point, b: Point, [x, y]: Point): boolean {
  return (
    x >= min(a[0], b[0]) && x <= max(a[0], b[0]) && y >= min(a[1], b[1]) && y <= max(a[1], b[1])
  );
}
