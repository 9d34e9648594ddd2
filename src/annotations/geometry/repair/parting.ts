import { orient2d } from 'robust-predicates';
import type { Point } from '../polygon.js';
import type { RingMeeting } from './all-meetings.js';
import type { Corner, RingRepair } from './corners-under-repair.js';
import type { Effort } from './effort.js';

const { hypot, max, min, sign } = Math;

/** How far edges are parted that lie on each other, in pixels: nothing to the eye, and far above rounding. */
const HAIR = 1 / 64;

/** A corner moved aside, and how many meetings fewer its edges have by it. */
interface Move {
  readonly corner: number;
  readonly point: Point;
  readonly gain: number;
}

/**
 * Parts edges that lie on each other, as the contours of single pixels do, or the way to a hole and back: one corner of
 * each pair goes aside by a hair, to the side where its edges meet fewer others.
 * @returns undefined where that helps nowhere
 */
export function parted(
  ring: readonly Corner[],
  meetings: readonly RingMeeting[],
  effort: Effort,
): { ring: Corner[]; repairs: RingRepair[] } | undefined {
  const points = ring.map(({ point }) => point);
  const repairs: RingRepair[] = [];
  for (const { one, other, meeting } of meetings) {
    if (meeting !== 'overlaps' || !doOverlap(points, one, other)) continue;
    const best = bestMove(points, one, other, effort);
    if (effort.isSpent) return undefined;
    if (!best) continue;
    points[best.corner] = best.point;
    const detail = 'lay with an edge on another one: moved aside by a 64th of a pixel';
    repairs.push({ sent: ring[best.corner]?.sent ?? 0, action: 'parted', detail });
  }
  if (repairs.length === 0) return undefined;
  return {
    ring: ring.map(({ sent, point }, place) => ({ sent, point: points[place] ?? point })),
    repairs,
  };
}

function bestMove(
  points: readonly Point[],
  one: number,
  other: number,
  effort: Effort,
): Move | undefined {
  const count = points.length;
  const [a, b] = [at(points, one), at(points, one + 1)];
  const length = hypot(b[0] - a[0], b[1] - a[1]);
  const aside: Point = [(-(b[1] - a[1]) / length) * HAIR, ((b[0] - a[0]) / length) * HAIR];
  // The later edge first: what comes back along a way goes aside of it.
  const corners = [other + 1, other, one + 1, one].map((corner) => corner % count);
  let best: Move | undefined;
  for (const corner of new Set(corners)) {
    const before = meetingsAt(points, corner, at(points, corner));
    for (const side of [1, -1]) {
      const [x, y] = at(points, corner);
      const point: Point = [x + side * aside[0], y + side * aside[1]];
      const gain = before - meetingsAt(points, corner, point);
      if (gain > (best?.gain ?? 0)) best = { corner, point, gain };
    }
    effort.spend(6 * count);
  }
  return best;
}

/** How many edges the two edges of a corner meet if it lies at a point. */
function meetingsAt(points: readonly Point[], corner: number, point: Point): number {
  const count = points.length;
  const [previous, next] = [at(points, corner + count - 1), at(points, corner + 1)];
  let found = meeting(previous, point, point, next) ? 1 : 0;
  for (let edge = 0; edge < count; edge += 1) {
    if (edge === corner || (edge + 1) % count === corner) continue;
    const [c, d] = [at(points, edge), at(points, edge + 1)];
    if (meeting(previous, point, c, d)) found += 1;
    if (meeting(point, next, c, d)) found += 1;
  }
  return found;
}

function doOverlap(points: readonly Point[], one: number, other: number): boolean {
  const [a, b] = [at(points, one), at(points, one + 1)];
  return meeting(a, b, at(points, other), at(points, other + 1)) === 'overlaps';
}

/** How the interiors of two edges meet, by the rules of `Outline`. */
function meeting(a: Point, b: Point, c: Point, d: Point): RingMeeting['meeting'] | undefined {
  if (areApart(a, b, c, d, 0) || areApart(a, b, c, d, 1)) return undefined;
  const [first, last] = [side(a, b, c), side(a, b, d)];
  if (first === 0 && last === 0) {
    const axis = a[0] === b[0] ? 1 : 0;
    const from = max(min(a[axis], b[axis]), min(c[axis], d[axis]));
    return from < min(max(a[axis], b[axis]), max(c[axis], d[axis])) ? 'overlaps' : undefined;
  }
  if (first * last !== -1) return undefined;
  return side(c, d, a) * side(c, d, b) === -1 ? 'crosses' : undefined;
}

function areApart(a: Point, b: Point, c: Point, d: Point, axis: 0 | 1): boolean {
  return (
    max(a[axis], b[axis]) < min(c[axis], d[axis]) || max(c[axis], d[axis]) < min(a[axis], b[axis])
  );
}

function side(a: Point, b: Point, c: Point): number {
  return sign(orient2d(a[0], a[1], b[0], b[1], c[0], c[1]));
}

function at(points: readonly Point[], corner: number): Point {
  return points[corner % points.length] ?? [0, 0];
}
