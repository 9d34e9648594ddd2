import type { Point } from '../polygon.js';
import {
  type Corner,
  cornersBetween,
  type RingRepair,
  type Splice,
  Splices,
} from './corners-under-repair.js';
import type { Effort } from './effort.js';
import type { Knot } from './knots.js';
import { NearPieces, type Piece } from './reach.js';

/** One of the two times that a ring runs through a crossing. */
interface Passage {
  readonly knot: Knot;
  readonly position: number;
}

/** A stretch of a ring between two crossings. */
interface Stretch {
  readonly from: Passage;
  readonly to: Passage;
}

/**
 * Where two stretches of a ring cross twice and are within reach of each other in between, each takes the way of the
 * other there. Then they touch in both crossings and the outline is, as a figure, what it was.
 */
export function exchanges(
  ring: readonly Corner[],
  knots: readonly Knot[],
  splices: Splices,
  repairs: RingRepair[],
  effort: Effort,
): void {
  const passages = knots
    .filter(({ meeting }) => meeting === 'crosses')
    .flatMap((knot) => [
      { knot, position: knot.early },
      { knot, position: knot.late },
    ])
    .sort((a, b) => a.position - b.position);
  const followers = new Map(
    passages.map((passage, place) => [passage, passages[(place + 1) % passages.length] ?? passage]),
  );
  const placesOf = new Map<Knot, Passage[]>();
  for (const passage of passages)
    placesOf.set(passage.knot, [...(placesOf.get(passage.knot) ?? []), passage]);
  const twin = (passage: Passage) =>
    placesOf.get(passage.knot)?.find((other) => other !== passage) ?? passage;
  for (const [from, to] of followers) {
    if (from.knot === to.knot) continue;
    const [twinFrom, twinTo] = [twin(from), twin(to)];
    const other =
      followers.get(twinFrom) === twinTo
        ? { from: twinFrom, to: twinTo }
        : followers.get(twinTo) === twinFrom
          ? { from: twinTo, to: twinFrom }
          : undefined;
    if (other) exchange(ring, { from, to }, other, splices, repairs, effort);
  }
}

function exchange(
  ring: readonly Corner[],
  one: Stretch,
  other: Stretch,
  splices: Splices,
  repairs: RingRepair[],
  effort: Effort,
): void {
  if (effort.isSpent) return;
  const [ofOne, ofOther] = [between(ring, one), between(ring, other)];
  if (!areAlong(pathOf(one, ofOne), pathOf(other, ofOther), effort)) return;
  const isSameWay = one.from.knot === other.from.knot;
  const [forOne, forOther] = isSameWay
    ? [ofOther, ofOne]
    : [[...ofOther].reverse(), [...ofOne].reverse()];
  const sent = ring[Math.floor(one.from.position)]?.sent ?? 0;
  if (!splices.add(spliceOf(one, forOne, sent), spliceOf(other, forOther, sent))) return;
  const detail =
    'starts a stretch that crossed another one within half a pixel twice; now they touch in both places';
  repairs.push({ sent, action: 'untangled', detail });
}

function between(ring: readonly Corner[], { from, to }: Stretch): Corner[] {
  return cornersBetween(ring, from.position, to.position);
}

function pathOf({ from, to }: Stretch, corners: readonly Corner[]): Point[] {
  return [from.knot.point, ...corners.map(({ point }) => point), to.knot.point];
}

function areAlong(one: readonly Point[], other: readonly Point[], effort: Effort): boolean {
  effort.spend(one.length + other.length);
  const isWithin = (path: readonly Point[], near: NearPieces) =>
    pieces(path).every((piece) => !effort.isSpent && near.isNear(piece, effort));
  return (
    isWithin(one, new NearPieces(pieces(other))) && isWithin(other, new NearPieces(pieces(one)))
  );
}

function pieces(path: readonly Point[]): Piece[] {
  return path.slice(1).map((point, place) => [path[place] ?? point, point]);
}

function spliceOf({ from, to }: Stretch, corners: readonly Corner[], sent: number): Splice {
  return {
    from: from.position,
    to: to.position,
    insert: [{ point: from.knot.point, sent }, ...corners, { point: to.knot.point, sent }],
  };
}
