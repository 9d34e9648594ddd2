import { orient2d } from 'robust-predicates';
import { exactIntegers } from './exact-integers.js';
import { numberAt } from './number-at.js';

/**
 * On which side of the line through a and b the point c lies: negative, positive, or 0 exactly when
 * the three are on one line. The arguments are numbers of points.
 */
export type Orientation = (a: number, b: number, c: number) => number;

/**
 * Between these, coordinates and what Shewchuk's predicates compute from them neither overflow nor
 * lose a bit: numbers of at least 2^-480 are multiples of 2^-532, so products are multiples of
 * 2^-1064, which float64 still has; numbers up to 2^500 have products below 2^1003.
 */
const SMALLEST_SAFE = 2 ** -480;
const LARGEST_SAFE = 2 ** 500;

/** Far above the error of two sums of logarithms of float64 numbers (about 2^-40). */
const LOGARITHM_ERROR = 2 ** -36;

/** An orientation test that is exact for all finite coordinates, without any tolerance. */
export function exactOrientation(xs: Float64Array, ys: Float64Array): Orientation {
  const safeXs = broughtIntoSafeRange(xs);
  const safeYs = broughtIntoSafeRange(ys);
  return safeXs && safeYs ? adaptiveOrientation(safeXs, safeYs) : wideRangeOrientation(xs, ys);
}

function adaptiveOrientation(xs: Float64Array, ys: Float64Array): Orientation {
  return (a, b, c) =>
    orient2d(
      numberAt(xs, a),
      numberAt(ys, a),
      numberAt(xs, b),
      numberAt(ys, b),
      numberAt(xs, c),
      numberAt(ys, c),
    );
}

/**
 * The coordinates of one axis times a power of two, which changes no orientation; undefined where
 * the largest is so many times the smallest (1e295) that no power of two makes both of them safe.
 */
function broughtIntoSafeRange(values: Float64Array): Float64Array | undefined {
  let [smallest, largest] = [Infinity, 0];
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude !== 0) smallest = Math.min(smallest, magnitude);
    largest = Math.max(largest, magnitude);
  }
  if (largest === 0 || (smallest >= SMALLEST_SAFE && largest <= LARGEST_SAFE)) return values;
  const power = 498 - Math.floor(Math.log2(largest));
  // In two steps: one factor alone may be beyond float64 (2^1572 for the smallest subnormal).
  const firstHalf = 2 ** Math.trunc(power / 2);
  const secondHalf = 2 ** (power - Math.trunc(power / 2));
  if (smallest * firstHalf * secondHalf < SMALLEST_SAFE) return undefined;
  return values.map((value) => value * firstHalf * secondHalf);
}

/**
 * For outlines that mix magnitudes beyond what one scale can hold (1 and 1e-300): logarithms, which
 * cannot overflow, decide the clear cases and integers of unlimited size the close ones. Without the
 * logarithms, a request made for it could keep the process busy with big integers for seconds.
 */
function wideRangeOrientation(xs: Float64Array, ys: Float64Array): Orientation {
  const { integers: exactXs } = exactIntegers(xs);
  const { integers: exactYs } = exactIntegers(ys);
  const exactly: Orientation = (a, b, c) => {
    const left = exactDifference(exactYs, a, c) * exactDifference(exactXs, b, c);
    const right = exactDifference(exactXs, a, c) * exactDifference(exactYs, b, c);
    return left === right ? 0 : left > right ? 1 : -1;
  };
  return (a, b, c) => {
    // Thousands of edges may touch in one point: that is no reason to calculate.
    if (a === c || b === c) return 0;
    // Seen from a far point two near ones look like one; seen from a near one they differ.
    return (
      clearOrientation(xs, ys, a, b, c) ||
      clearOrientation(xs, ys, b, c, a) ||
      clearOrientation(xs, ys, c, a, b) ||
      exactly(a, b, c)
    );
  };
}

/** The orientation seen from c, or 0 where rounding could have changed it. */
function clearOrientation(
  xs: Float64Array,
  ys: Float64Array,
  a: number,
  b: number,
  c: number,
): number {
  const leftSign = signOfDifference(ys, a, c) * signOfDifference(xs, b, c);
  const rightSign = signOfDifference(xs, a, c) * signOfDifference(ys, b, c);
  if (leftSign !== rightSign) return leftSign > rightSign ? 1 : -1;
  if (leftSign === 0) return 0;
  const left = logarithmOfDifference(ys, a, c) + logarithmOfDifference(xs, b, c);
  const right = logarithmOfDifference(xs, a, c) + logarithmOfDifference(ys, b, c);
  if (Math.abs(left - right) <= LOGARITHM_ERROR) return 0;
  return left > right ? leftSign : -leftSign;
}

function signOfDifference(values: Float64Array, first: number, second: number): number {
  const [a, b] = [numberAt(values, first), numberAt(values, second)];
  return a === b ? 0 : a > b ? 1 : -1;
}

function logarithmOfDifference(values: Float64Array, first: number, second: number): number {
  const [a, b] = [numberAt(values, first), numberAt(values, second)];
  const difference = Math.abs(a - b);
  return difference === Infinity ? Math.log2(Math.abs(a / 2 - b / 2)) + 1 : Math.log2(difference);
}

function exactDifference(integers: readonly bigint[], first: number, second: number): bigint {
  return (integers[first] ?? 0n) - (integers[second] ?? 0n);
}
