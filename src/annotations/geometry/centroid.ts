import { exactIntegers, magnitudeOf } from './exact-integers.js';
import { boundsOf, type Point } from './polygon.js';

const { abs, hypot, max, min } = Math;

/** The unit roundoff of float64. */
const ROUNDOFF = 2 ** -53;
/** A centroid whose area has an error below this share of it needs no exact arithmetic. */
const ACCEPTED_ERROR = 1e-9;
/** Between these, products of three coordinates neither overflow nor lose a bit that counts. */
const SMALLEST_EXTENT = 1e-60;
const LARGEST_EXTENT = 1e60;
/** Bits behind the point of an exact quotient. */
const FRACTION_BITS = 64;

type Ring = readonly Point[];

/** Twice the area of one or more rings, and six times its first moments, in the same unit. */
interface Moments<N> {
  area: N;
  x: N;
  y: N;
}

/**
 * The centre of gravity of what rings enclose, correct to about nine digits of their extent, however thin or far
 * away they are. A ring that touches itself counts by its winding, as its area does; the result never leaves the box
 * around the outer ring.
 * @param rings the outer one, then the holes in it; none of zero area
 */
export function centroidOfRings(rings: readonly Ring[]): Point {
  const [left, top, width, height] = boundsOf(rings[0] ?? []);
  const [x, y] = approximateCentroid(rings) ?? exactCentroid(rings);
  return [max(left, min(left + width, x)), max(top, min(top + height, y))];
}

/** The middle of a box. */
export function centroidOfBox(left: number, top: number, right: number, bottom: number): Point {
  return [middle(left, right), middle(top, bottom)];
}

/** The centre of gravity of a line, each stretch by its length. Points that are all the same have that one. */
export function centroidOfLine(points: readonly Point[]): Point {
  const [left, top] = boundsOf(points);
  // In halves and parts of the longer side, which overflow nowhere.
  let side = 0;
  for (const [x, y] of points) side = max(side, x / 2 - left / 2, y / 2 - top / 2);
  if (side === 0) return [left, top];
  let [sumX, sumY, sum] = [0, 0, 0];
  let [lastX, lastY] = [NaN, NaN];
  for (const point of points) {
    const x = (point[0] / 2 - left / 2) / side;
    const y = (point[1] / 2 - top / 2) / side;
    if (!Number.isNaN(lastX)) {
      const length = hypot(x - lastX, y - lastY);
      sumX += (length * (x + lastX)) / 2;
      sumY += (length * (y + lastY)) / 2;
      sum += length;
    }
    [lastX, lastY] = [x, y];
  }
  return [(left / 2 + (sumX / sum) * side) * 2, (top / 2 + (sumY / sum) * side) * 2];
}

/** The mean of at least one point. */
export function meanOf(points: readonly Point[]): Point {
  return [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
}

function mean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (Number.isFinite(sum)) return sum / values.length;
  return values.reduce((total, value) => total + value / values.length, 0);
}

function middle(one: number, other: number): number {
  const sum = one + other;
  return Number.isFinite(sum) ? sum / 2 : one / 2 + other / 2;
}

function approximateCentroid(rings: readonly Ring[]): Point | undefined {
  // Relative to one point, or a small ring far from the origin would drown in rounding.
  const [originX, originY] = rings[0]?.[0] ?? [0, 0];
  const total: Moments<number> = { area: 0, x: 0, y: 0 };
  let [magnitude, count] = [0, 0];
  let [width, height] = [0, 0];
  rings.forEach((ring, place) => {
    let [lastX, lastY] = ring.at(-1) ?? [0, 0];
    let [previousX, previousY] = [lastX - originX, lastY - originY];
    let [area, sumX, sumY] = [0, 0, 0];
    for (const [x, y] of ring) {
      const dx = x - originX;
      const dy = y - originY;
      // By the edge, not by its end: of many short edges the products stay small, and so does the error.
      const down = previousX * (y - lastY);
      const up = (x - lastX) * previousY;
      const cross = down - up;
      area += cross;
      sumX += cross * (previousX + dx);
      sumY += cross * (previousY + dy);
      magnitude += abs(down) + abs(up);
      width = max(width, abs(dx));
      height = max(height, abs(dy));
      previousX = dx;
      previousY = dy;
      lastX = x;
      lastY = y;
    }
    count += ring.length;
    add(total, { area, x: sumX, y: sumY }, (area < 0 ? -1 : 1) * (place === 0 ? 1 : -1));
  });
  // Each by itself: of a ring that is long and very thin the products are as small as its width.
  if (![width, height].every((side) => side >= SMALLEST_EXTENT && side <= LARGEST_EXTENT))
    return undefined;
  const error = 4 * (count + 8) * ROUNDOFF * magnitude;
  if (error > abs(total.area) * ACCEPTED_ERROR) return undefined;
  return [originX + total.x / total.area / 3, originY + total.y / total.area / 3];
}

function add(total: Moments<number>, ring: Moments<number>, sign: number): void {
  total.area += sign * ring.area;
  total.x += sign * ring.x;
  total.y += sign * ring.y;
}

function exactCentroid(rings: readonly Ring[]): Point {
  const points = rings.flat();
  const xs = exactIntegers(Float64Array.from(points, ([x]) => x));
  const ys = exactIntegers(Float64Array.from(points, ([, y]) => y));
  const total: Moments<bigint> = { area: 0n, x: 0n, y: 0n };
  let start = 0;
  rings.forEach((ring, place) => {
    const end = start + ring.length;
    const own = exactMoments(xs.integers.slice(start, end), ys.integers.slice(start, end));
    const sign = own.area < 0n === (place === 0) ? -1n : 1n;
    total.area += sign * own.area;
    total.x += sign * own.x;
    total.y += sign * own.y;
    start = end;
  });
  if (total.area === 0n) {
    const [left, top, width, height] = boundsOf(rings[0] ?? []);
    return centroidOfBox(left, top, left + width, top + height);
  }
  return [
    quotient(total.x, 3n * total.area, xs.exponent),
    quotient(total.y, 3n * total.area, ys.exponent),
  ];
}

function exactMoments(xs: readonly bigint[], ys: readonly bigint[]): Moments<bigint> {
  const sum: Moments<bigint> = { area: 0n, x: 0n, y: 0n };
  let [previousX, previousY] = [xs.at(-1) ?? 0n, ys.at(-1) ?? 0n];
  xs.forEach((x, place) => {
    const y = ys[place] ?? 0n;
    const cross = previousX * y - x * previousY;
    sum.area += cross;
    sum.x += cross * (previousX + x);
    sum.y += cross * (previousY + y);
    [previousX, previousY] = [x, y];
  });
  return sum;
}

function quotient(numerator: bigint, denominator: bigint, exponent: number): number {
  const value = (numerator << BigInt(FRACTION_BITS)) / denominator;
  const magnitude = magnitudeOf(value, exponent - FRACTION_BITS);
  return value < 0n ? -magnitude : magnitude;
}
