/** Float64 numbers as integers: the value at i is exactly `integers[i] * 2 ** exponent`. */
export interface ExactIntegers {
  readonly integers: readonly bigint[];
  readonly exponent: number;
}

const MANTISSA_BITS = 52;
const MANTISSA = 0xfffffffffffffn;
const IMPLICIT_BIT = 0x10000000000000n;
const MINUS_ZERO = 1n << 63n;
/** Subtracted from the stored exponent, this gives the power of two of the mantissa's last bit. */
const EXPONENT_BIAS = 1075;

/**
 * Finite float64 numbers without any rounding, on one common power of two: sums and products of the
 * integers are then exact. The power is the coarsest that fits them all, so ordinary coordinates
 * become integers of some 60 bits; only a list that holds both 1e308 and 5e-324 needs 2,100 bits.
 */
export function exactIntegers(values: Float64Array): ExactIntegers {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  let exponent = Infinity;
  for (const pattern of bits) {
    if (!isZero(pattern)) exponent = Math.min(exponent, lastBitExponent(pattern));
  }
  if (exponent === Infinity) exponent = 0;
  const integers = Array.from(bits, (pattern) => toInteger(pattern, exponent));
  return { integers, exponent };
}

/** The nearest float64 to `|integer| * 2 ** exponent`, to within a few units of its last place. */
export function magnitudeOf(integer: bigint, exponent: number): number {
  const magnitude = integer < 0n ? -integer : integer;
  // Number() of more than 1,024 bits is infinite even where the exponent would bring it back.
  const surplusBits = Math.max(0, 4 * magnitude.toString(16).length - 64);
  const power = exponent + surplusBits;
  const firstHalf = Math.trunc(power / 2);
  return Number(magnitude >> BigInt(surplusBits)) * 2 ** firstHalf * 2 ** (power - firstHalf);
}

function toInteger(pattern: bigint, exponent: number): bigint {
  if (isZero(pattern)) return 0n;
  const isSubnormal = storedExponent(pattern) === 0;
  const mantissa = (pattern & MANTISSA) | (isSubnormal ? 0n : IMPLICIT_BIT);
  const magnitude = mantissa << BigInt(lastBitExponent(pattern) - exponent);
  return pattern >= MINUS_ZERO ? -magnitude : magnitude;
}

function isZero(pattern: bigint): boolean {
  return pattern === 0n || pattern === MINUS_ZERO;
}

function lastBitExponent(pattern: bigint): number {
  return Math.max(storedExponent(pattern), 1) - EXPONENT_BIAS;
}

function storedExponent(pattern: bigint): number {
  return Number((pattern >> BigInt(MANTISSA_BITS)) & 0x7ffn);
}
