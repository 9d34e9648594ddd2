import { numberAt } from '../number-at.js';
import { type Meeting, Outline } from '../outline.js';
import type { Point } from '../polygon.js';
import type { Effort } from './effort.js';

const { abs, max, min } = Math;

/** Two edges of a ring whose interiors meet, by their numbers; the earlier one first. */
export interface RingMeeting {
  readonly one: number;
  readonly other: number;
  readonly meeting: Meeting;
}

/** A drawing that meets itself more often, for each of its points, is a scribble and no outline. */
const MEETINGS_A_POINT = 2;

/** All meetings of a ring's edges; undefined where there are too many of them, or finding them takes too long. */
export function allMeetings(points: readonly Point[], effort: Effort): RingMeeting[] | undefined {
  const outline = new Outline(points);
  const { count, order, lows, highs, sides, otherSides } = sweepOf(points);
  const found: RingMeeting[] = [];
  const open = new Int32Array(count);
  let size = 0;
  for (const edge of order) {
    const [low, side, otherSide] = [
      numberAt(lows, edge),
      numberAt(sides, edge),
      numberAt(otherSides, edge),
    ];
    effort.spend(size);
    if (effort.isSpent || found.length > MEETINGS_A_POINT * count) return undefined;
    let kept = 0;
    for (let place = 0; place < size; place += 1) {
      const other = numberAt(open, place);
      if (numberAt(highs, other) < low) continue;
      open[kept] = other;
      kept += 1;
      if (numberAt(sides, other) > otherSide || numberAt(otherSides, other) < side) continue;
      const meeting = outline.meeting(edge, other);
      if (meeting) found.push({ one: min(edge, other), other: max(edge, other), meeting });
    }
    open[kept] = edge;
    size = kept + 1;
  }
  return found.sort((a, b) => a.one - b.one || a.other - b.other);
}

/** The edges in the order in which a line meets them that moves over the ring, in whichever direction it cuts fewer at once. */
function sweepOf(points: readonly Point[]) {
  const count = points.length;
  const [xs, ys] = [extentsOf(points, 0), extentsOf(points, 1)];
  const [along, across] = xs.density <= ys.density ? [xs, ys] : [ys, xs];
  const order = Int32Array.from({ length: count }, (_, edge) => edge).sort(
    (a, b) => numberAt(along.lows, a) - numberAt(along.lows, b) || a - b,
  );
  const { lows, highs } = along;
  return { count, order, lows, highs, sides: across.lows, otherSides: across.highs };
}

function extentsOf(points: readonly Point[], axis: 0 | 1) {
  const lows = new Float64Array(points.length);
  const highs = new Float64Array(points.length);
  let [lowest, highest, sum] = [Infinity, -Infinity, 0];
  for (const [edge, point] of points.entries()) {
    const [from, to] = [point[axis], points[(edge + 1) % points.length]?.[axis] ?? 0];
    lows[edge] = min(from, to);
    highs[edge] = max(from, to);
    sum += abs(from - to);
    lowest = min(lowest, from);
    highest = max(highest, from);
  }
  return { lows, highs, density: sum / (highest - lowest || 1) };
}
