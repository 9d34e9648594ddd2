import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactIntegers, magnitudeOf } from './exact-integers.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('exactIntegers', () => {
  it('keeps every number, sign included, on one common power of two', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), (values) => {
        const { integers, exponent } = exactIntegers(Float64Array.from(values));
        values.forEach((value, index) => {
          const integer = integers[index]!;
          expect(magnitudeOf(integer, exponent)).toBe(Math.abs(value));
          expect(integer < 0n).toBe(value < 0);
        });
      }),
    );
  });

  it('does arithmetic that float64 cannot', () => {
    const { integers, exponent } = exactIntegers(Float64Array.of(1e300, 1, -1e300));
    const sum = integers.reduce((total, integer) => total + integer, 0n);
    expect(magnitudeOf(sum, exponent)).toBe(1);
  });

  it('reads numbers in the middle of a buffer', () => {
    const part = Float64Array.of(1, 2, 3).subarray(1);
    const { integers, exponent } = exactIntegers(part);
    expect(integers.map((integer) => magnitudeOf(integer, exponent))).toEqual([2, 3]);
  });
});
