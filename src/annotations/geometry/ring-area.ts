import { exactIntegers, magnitudeOf } from './exact-integers.js';

/** The corners in turn; polygon.ts, which measures with this file, calls them points. */
type Ring = readonly (readonly [x: number, y: number])[];

/** The unit roundoff of float64. */
const ROUNDOFF = 2 ** -53;
/** An area whose error is below this share of it needs no exact arithmetic. */
const ACCEPTED_ERROR = 1e-9;

/** Coordinates are multiplied by the factor; products too small for float64 lose up to the loss. */
interface Scale {
  readonly factor: number;
  readonly underflowLoss: number;
}
const AS_SENT: Scale = { factor: 1, underflowLoss: 2 ** -1040 };
/** Brings the sum over 10,000 of the largest numbers there are below the largest one. */
const SHRUNK: Scale = { factor: 2 ** -530, underflowLoss: 2 ** -550 };

/** The absolute shoelace area of a ring, correct to at least nine digits; Infinity if too large. */
export function ringArea(points: Ring): number {
  const { sum, error, factor } = approximateTwiceArea(points);
  if (error <= Math.abs(sum) * ACCEPTED_ERROR) return Math.abs(sum) / 2 / factor / factor;
  const { sum: exactSum, exponent } = exactTwiceArea(points);
  return magnitudeOf(exactSum, exponent - 1);
}

/** Whether the shoelace area of a ring is exactly zero, whatever the size of its coordinates. */
export function isFlat(points: Ring): boolean {
  const { sum, error } = approximateTwiceArea(points);
  if (Math.abs(sum) > error) return false;
  return exactTwiceArea(points).sum === 0n;
}

interface Approximation {
  /** Twice the signed area, times the square of the factor; so is the bound of its error. */
  readonly sum: number;
  readonly error: number;
  readonly factor: number;
}

function approximateTwiceArea(points: Ring): Approximation {
  const asSent = twiceAreaAt(points, AS_SENT);
  return Number.isFinite(asSent.error) ? asSent : twiceAreaAt(points, SHRUNK);
}

function twiceAreaAt(points: Ring, { factor, underflowLoss }: Scale): Approximation {
  // Relative to the first point, or a small ring far from the origin would drown in rounding.
  const [firstX, firstY] = points[0] ?? [0, 0];
  const originX = firstX * factor;
  const originY = firstY * factor;
  let [previousX, previousY, sum, magnitude] = [0, 0, 0, 0];
  for (const [x, y] of points) {
    const dx = x * factor - originX;
    const dy = y * factor - originY;
    const down = previousX * dy;
    const up = dx * previousY;
    sum += down - up;
    magnitude += Math.abs(down) + Math.abs(up);
    previousX = dx;
    previousY = dy;
  }
  // Two differences, a product, a subtraction and up to n additions touch each term; doubled for
  // the rounding of this bound itself.
  const error = 2 * (points.length + 4) * ROUNDOFF * magnitude + underflowLoss;
  return { sum, error, factor };
}

function exactTwiceArea(points: Ring): { sum: bigint; exponent: number } {
  const xs = exactIntegers(Float64Array.from(points, ([x]) => x));
  const ys = exactIntegers(Float64Array.from(points, ([, y]) => y));
  let sum = 0n;
  let previousX = xs.integers.at(-1) ?? 0n;
  let previousY = ys.integers.at(-1) ?? 0n;
  xs.integers.forEach((x, index) => {
    const y = ys.integers[index] ?? 0n;
    sum += previousX * y - x * previousY;
    previousX = x;
    previousY = y;
  });
  return { sum, exponent: xs.exponent + ys.exponent };
}
