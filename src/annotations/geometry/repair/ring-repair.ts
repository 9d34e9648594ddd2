import type { Point } from '../polygon.js';
import { polygonGeometryFaults } from '../polygon-geometry.js';
import { isFlat } from '../ring-area.js';
import { allMeetings } from './all-meetings.js';
import { type Corner, isSamePlace, type RingRepair } from './corners-under-repair.js';
import { Effort } from './effort.js';
import { NearPieces, type Piece } from './reach.js';
import { piecesOf, untangled } from './untangling.js';

/** A tangle of a person's hand is undone in two or three rounds. */
const MOST_ROUNDS = 24;
/** Where pictures are: beyond it the places of crossings are not known to a fraction of a pixel. */
const FARTHEST = 2 ** 24;
const MIN_CORNERS = 3;

/** A ring that was repaired, and what was done to it. */
export interface RepairedRing {
  readonly points: readonly Point[];
  readonly repairs: readonly RingRepair[];
}

/**
 * A possible ring in place of one with faults, no point of which is farther than half a pixel from the other, and
 * without repeated neighbours. Deterministic; takes time in proportion to the points.
 * @param points three or more
 * @param sent the points as they were sent, from which the half pixel counts
 * @returns undefined if there is none, or it is not found
 */
export function repairedRing(
  points: readonly Point[],
  sent: readonly Point[] = points,
): RepairedRing | undefined {
  if (points.some(([x, y]) => Math.abs(x) > FARTHEST || Math.abs(y) > FARTHEST)) return undefined;
  const effort = new Effort(points.length);
  const distinct = withoutRepeats(points.map((point, place) => ({ point, sent: place })));
  // Parted, a line would be a ring that nobody drew.
  if (isFlat(points)) return undefined;
  const untangling = fullyUntangled(distinct.ring, effort);
  if (!untangling) return undefined;
  const { ring, repairs } = untangling;
  const result = ring.map(({ point }) => point);
  if (polygonGeometryFaults(result).length > 0) return undefined;
  const isSameShape = repairs.length === 0 && points === sent;
  if (!isSameShape && !areWithinReach(sent, ring, effort)) return undefined;
  return { points: result, repairs: [...distinct.repairs, ...repairs] };
}

/** Whether a ring repeats a neighbour, or its first point at its end. */
export function repeatsNeighbours(points: readonly Point[]): boolean {
  return points.some((point, place) => isSamePlace(points.at(place - 1), point));
}

function withoutRepeats(corners: readonly Corner[]): { ring: Corner[]; repairs: RingRepair[] } {
  const ring: Corner[] = [];
  const repairs: RingRepair[] = [];
  const drop = ({ sent }: Corner, detail: string) =>
    repairs.push({ sent, action: 'removed-duplicate', detail });
  for (const corner of corners)
    if (isSamePlace(ring.at(-1)?.point, corner.point)) drop(corner, 'repeated the point before it');
    else ring.push(corner);
  while (ring.length > 1 && isSamePlace(ring[0]?.point, ring.at(-1)?.point)) {
    const last = ring.pop();
    if (last) drop(last, 'repeated the first point: rings are closed by themselves');
  }
  return { ring, repairs };
}

function fullyUntangled(
  start: readonly Corner[],
  effort: Effort,
): { ring: readonly Corner[]; repairs: RingRepair[] } | undefined {
  const repairs: RingRepair[] = [];
  let ring = start;
  for (let round = 0; round < MOST_ROUNDS && ring.length >= MIN_CORNERS; round += 1) {
    const points = ring.map(({ point }) => point);
    const meetings = allMeetings(points, effort);
    if (!meetings) return undefined;
    if (meetings.length === 0) return { ring, repairs };
    const next = untangled(ring, meetings, effort);
    if (!next || effort.isSpent) return undefined;
    ring = next.ring;
    repairs.push(...next.repairs);
  }
  return undefined;
}

/** Whether every point of each of two outlines is within reach of the other one. */
function areWithinReach(sent: readonly Point[], ring: readonly Corner[], effort: Effort): boolean {
  const old = piecesOf(sent.map((point, place) => ({ point, sent: place })));
  const renewed = piecesOf(ring);
  return isWithin(old, renewed, effort) && isWithin(renewed, old, effort);
}

function isWithin(pieces: readonly Piece[], others: readonly Piece[], effort: Effort): boolean {
  const known = new Set(others.map(nameOf));
  const changed = pieces.filter((piece) => !known.has(nameOf(piece)));
  const near = new NearPieces(others);
  return changed.every((piece) => !effort.isSpent && near.isNear(piece, effort));
}

function nameOf([[ax, ay], [bx, by]]: Piece): string {
  return `${ax} ${ay} ${bx} ${by}`;
}
