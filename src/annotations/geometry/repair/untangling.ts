import type { Point } from '../polygon.js';
import type { RingMeeting } from './all-meetings.js';
import { type Corner, cornersBetween, type RingRepair, Splices } from './corners-under-repair.js';
import type { Effort } from './effort.js';
import { type Knot, knotsOf } from './knots.js';
import { parted } from './parting.js';
import { NearPieces, type Piece, REACH } from './reach.js';
import { exchanges } from './sliver-exchange.js';

const { abs, ceil, floor, hypot } = Math;

/** A stretch of a ring that begins and ends in one place. */
interface Loop {
  readonly point: Point;
  readonly from: number;
  readonly to: number;
  /** How many corners it has in between. */
  readonly size: number;
}

/**
 * Undoes meetings of a ring as far as that can be done at once, with what changes least:
 *
 * 1. loops of which every point is within reach of the place where they are tied, or of the rest of the ring, are cut
 *    off: spikes, tiny bow-ties, a stretch that is drawn back and forth or twice;
 * 2. where two stretches within reach of each other cross twice, each takes the other's way in between, and they
 *    touch instead: nothing moves;
 * 3. edges that lie on each other are parted by a hair, where nothing else helps.
 *
 * @returns undefined where nothing can be done: a real bow-tie is one for its author to put right
 */
export function untangled(
  ring: readonly Corner[],
  meetings: readonly RingMeeting[],
  effort: Effort,
): { ring: Corner[]; repairs: RingRepair[] } | undefined {
  const points = ring.map(({ point }) => point);
  const knots = meetings.flatMap((meeting) => knotsOf(points, meeting));
  const splices = new Splices(ring.length);
  const repairs: RingRepair[] = [];
  cutLoops(ring, knots, splices, repairs, effort);
  exchanges(ring, knots, splices, repairs, effort);
  if (splices.isEmpty) return parted(ring, meetings, effort);
  return { ring: splices.appliedTo(ring), repairs };
}

function cutLoops(
  ring: readonly Corner[],
  knots: readonly Knot[],
  splices: Splices,
  repairs: RingRepair[],
  effort: Effort,
): void {
  const small = knots.flatMap((knot) => smallLoop(ring, knot, effort) ?? []);
  for (const loop of largestFirst(small)) cut(ring, loop, splices, repairs);
  const pieces = piecesOf(ring);
  const near = new NearPieces(pieces);
  for (const loop of largestFirst(knots.flatMap((knot) => loopsAt(ring, knot))))
    if (splices.isFree(loop) && isAlongTheRest(ring, pieces, near, loop, effort))
      cut(ring, loop, splices, repairs);
}

/** The loop tied in a knot that is all within reach of it; of both, that with the smaller area. */
function smallLoop(ring: readonly Corner[], knot: Knot, effort: Effort): Loop | undefined {
  const small = loopsAt(ring, knot).filter((loop) => isSmall(ring, loop, effort));
  if (small.length < 2) return small[0];
  return small.sort((a, b) => areaOf(ring, a) - areaOf(ring, b))[0];
}

function isSmall(ring: readonly Corner[], { point, from, size }: Loop, effort: Effort): boolean {
  const first = floor(from) + 1;
  for (let place = 0; place < size && !effort.isSpent; place += 1) {
    const [x, y] = ring[(first + place) % ring.length]?.point ?? point;
    effort.spend(1);
    if (hypot(x - point[0], y - point[1]) > REACH) return false;
  }
  return !effort.isSpent;
}

/** Both loops that a knot ties. */
function loopsAt(ring: readonly Corner[], { point, early, late }: Knot): Loop[] {
  const inner = ceil(late) - 1 - floor(early);
  // Where it is tied in a corner, that belongs to neither.
  const tied = Number(Number.isInteger(early)) + Number(Number.isInteger(late));
  const loops = [
    { point, from: early, to: late, size: inner },
    { point, from: late, to: early, size: ring.length - tied - inner },
  ];
  return loops.filter(({ size }) => size > 0);
}

function largestFirst(loops: readonly Loop[]): Loop[] {
  return [...loops].sort((a, b) => b.size - a.size || a.from - b.from);
}

function areaOf(ring: readonly Corner[], { point, from, to }: Loop): number {
  let [sum, previous] = [0, point];
  for (const { point: corner } of cornersBetween(ring, from, to)) {
    sum +=
      (previous[0] - point[0]) * (corner[1] - point[1]) -
      (corner[0] - point[0]) * (previous[1] - point[1]);
    previous = corner;
  }
  return abs(sum);
}

/** Whether every point of a loop is within reach of what is left of the ring without it. */
function isAlongTheRest(
  ring: readonly Corner[],
  pieces: readonly Piece[],
  near: NearPieces,
  { point, from, to, size }: Loop,
  effort: Effort,
): boolean {
  const count = pieces.length;
  const [begin, end] = [floor(from), to < from ? to + count : to];
  const isLeft = (edge: number) => (edge < begin ? edge + count : edge) > end;
  const [before, behind] = [pieces[begin], pieces[floor(to) % count]];
  const ends: Piece[] = [
    [before?.[0] ?? point, point],
    [point, behind?.[1] ?? point],
  ];
  let previous = point;
  for (let place = 1; place <= size + 1; place += 1) {
    const next = place > size ? point : (ring[(begin + place) % count]?.point ?? point);
    if (effort.isSpent || !near.isNear([previous, next], effort, isLeft, ends)) return false;
    previous = next;
  }
  return true;
}

export function piecesOf(ring: readonly Corner[]): Piece[] {
  return ring.map(({ point }, place) => [point, ring[(place + 1) % ring.length]?.point ?? point]);
}

function cut(
  ring: readonly Corner[],
  { point, from, to, size }: Loop,
  splices: Splices,
  repairs: RingRepair[],
): void {
  const sent = ring[(floor(from) + 1) % ring.length]?.sent ?? 0;
  if (!splices.add({ from, to, insert: [{ point, sent }] })) return;
  repairs.push(
    size === 1
      ? {
          sent,
          action: 'removed-spike',
          detail: 'was the tip of a spike within half a pixel of the rest',
        }
      : {
          sent,
          action: 'untangled',
          detail: `began a loop of ${size} points within half a pixel of the rest`,
        },
  );
}
