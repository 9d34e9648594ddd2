import type { Point } from '../polygon.js';
import type { Effort } from './effort.js';

const { max, min, sqrt } = Math;

/** How far an outline may move by being repaired, in pixels: no point of the old or the new one is farther from the other. */
export const REACH = 0.5;
/** What rounding may add to a distance, far below anything that is seen. */
const ROUNDING = 1e-9;

/** A straight piece of an outline. */
export type Piece = readonly [from: Point, to: Point];

/** A part of a piece, from 0 where it begins to 1 where it ends. */
type Part = readonly [from: number, to: number];

/** Pieces of an outline, to be asked for those near a place. */
export class NearPieces {
  private readonly pieces: readonly Piece[];
  /** The numbers of the pieces as they were given, in the order of this list. */
  private readonly numbers: readonly number[];
  private readonly lefts: Float64Array;
  private readonly bottoms: Float64Array;
  private readonly tops: Float64Array;
  /** The right end of whichever piece up to this one reaches farthest. */
  private readonly farthest: Float64Array;

  constructor(pieces: readonly Piece[]) {
    const byLeft = [...pieces.entries()].sort(([, a], [, b]) => leftOf(a) - leftOf(b));
    this.pieces = byLeft.map(([, piece]) => piece);
    this.numbers = byLeft.map(([number]) => number);
    this.lefts = Float64Array.from(this.pieces, leftOf);
    this.tops = Float64Array.from(this.pieces, ([a, b]) => min(a[1], b[1]));
    this.bottoms = Float64Array.from(this.pieces, ([a, b]) => max(a[1], b[1]));
    this.farthest = new Float64Array(pieces.length);
    let right = -Infinity;
    for (const [place, [a, b]] of this.pieces.entries()) {
      right = max(right, a[0], b[0]);
      this.farthest[place] = right;
    }
  }

  /**
   * Whether all of a piece is within reach of these pieces.
   * @param counts which of them are looked at, by their numbers
   * @param further others that are looked at too
   */
  isNear(
    piece: Piece,
    effort: Effort,
    counts: (number: number) => boolean = () => true,
    further: readonly Piece[] = [],
  ): boolean {
    const parts: Part[] = [];
    for (const other of further) {
      const part = partNear(piece, other);
      if (part) parts.push(part);
    }
    if (isWhole(parts)) return true;
    const [[ax, ay], [bx, by]] = piece;
    const [left, right] = [min(ax, bx) - REACH, max(ax, bx) + REACH];
    const [top, bottom] = [min(ay, by) - REACH, max(ay, by) + REACH];
    const { lefts, tops, bottoms, farthest } = this;
    let place = lastAtMost(lefts, right);
    const start = place;
    for (; place >= 0 && (farthest[place] ?? 0) >= left; place -= 1) {
      if ((tops[place] ?? 0) > bottom || (bottoms[place] ?? 0) < top) continue;
      const [other, number] = [this.pieces[place], this.numbers[place] ?? 0];
      const part = other && counts(number) ? partNear(piece, other) : undefined;
      if (!part) continue;
      parts.push(part);
      if (part[0] <= 0 && part[1] >= 1) break;
    }
    effort.spend(start - place + 1);
    return isWhole(parts);
  }
}

function leftOf([a, b]: Piece): number {
  return min(a[0], b[0]);
}

/** The place of the last of ascending numbers that is not greater; -1 if all are. */
function lastAtMost(numbers: Float64Array, limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function isWhole(parts: Part[]): boolean {
  let covered = 0;
  for (const [from, to] of parts.sort(([a], [b]) => a - b)) {
    if (from > covered + ROUNDING) return false;
    covered = max(covered, to);
  }
  return covered >= 1 - ROUNDING;
}

/**
 * The part of a piece that is within reach of another one. What is within reach of a piece is convex: two discs
 * around its ends and the rectangle between them; so the part is one, from where the first of them is entered to where
 * the last is left.
 */
function partNear(piece: Piece, [a, b]: Piece): Part | undefined {
  const parts = [partInDisc(piece, a), partInDisc(piece, b), partInRectangle(piece, a, b)];
  let found: Part | undefined;
  for (const part of parts)
    if (part) found = found ? [min(found[0], part[0]), max(found[1], part[1])] : part;
  return found;
}

const RADIUS = REACH + ROUNDING;

function partInDisc([[px, py], [qx, qy]]: Piece, [cx, cy]: Point): Part | undefined {
  const [dx, dy, fx, fy] = [qx - px, qy - py, px - cx, py - cy];
  const square = dx * dx + dy * dy;
  const outside = fx * fx + fy * fy - RADIUS * RADIUS;
  if (square === 0) return outside <= 0 ? [0, 1] : undefined;
  const half = fx * dx + fy * dy;
  const discriminant = half * half - square * outside;
  if (discriminant < 0) return undefined;
  const root = sqrt(discriminant);
  return clipped((-half - root) / square, (-half + root) / square);
}

function partInRectangle([[px, py], [qx, qy]]: Piece, a: Point, b: Point): Part | undefined {
  const [ex, ey] = [b[0] - a[0], b[1] - a[1]];
  const length = sqrt(ex * ex + ey * ey);
  if (length === 0) return undefined;
  const [ux, uy] = [ex / length, ey / length];
  const along = (x: number, y: number) => (x - a[0]) * ux + (y - a[1]) * uy;
  const across = (x: number, y: number) => (y - a[1]) * ux - (x - a[0]) * uy;
  const alongPart = partBetween(along(px, py), along(qx, qy), 0, length);
  const acrossPart = partBetween(across(px, py), across(qx, qy), -RADIUS, RADIUS);
  if (!alongPart || !acrossPart) return undefined;
  return clipped(max(alongPart[0], acrossPart[0]), min(alongPart[1], acrossPart[1]));
}

/** Where something that goes evenly from one number to another is between two limits. */
function partBetween(from: number, to: number, low: number, high: number): Part | undefined {
  const way = to - from;
  if (way === 0) return from >= low && from <= high ? [0, 1] : undefined;
  const [one, other] = [(low - from) / way, (high - from) / way];
  return clipped(min(one, other), max(one, other));
}

function clipped(from: number, to: number): Part | undefined {
  return from > to || from > 1 || to < 0 ? undefined : [max(from, 0), min(to, 1)];
}
