import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactOrientation } from './exact-orientation.js';

/** The same determinant in integers; numbers are given as `integer * 2 ** power`. */
function expectedSide(points: readonly (readonly [bigint, bigint])[]): number {
  const [[ax, ay], [bx, by], [cx, cy]] = points as [
    readonly [bigint, bigint],
    readonly [bigint, bigint],
    readonly [bigint, bigint],
  ];
  const determinant = (ay - cy) * (bx - cx) - (ax - cx) * (by - cy);
  return determinant > 0n ? 1 : determinant < 0n ? -1 : 0;
}

const integer = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

describe('exactOrientation', () => {
  it.each([
    ['ordinary pixels', [0]],
    ['near the largest numbers', [990]],
    ['near the smallest numbers', [-1074]],
    ['one magnitude beside another', [-1074, -1000, 0, 12]],
    ['all magnitudes', [-1074, -700, -300, 0, 300, 700, 990]],
  ])('is exact for %s', (_, powers) => {
    const number = fc.tuple(integer, fc.constantFrom(...powers));
    const triangle = fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(triangle, (corners) => {
        const toNumber = ([value, power]: [number, number]) => value * 2 ** power;
        const toInteger = ([value, power]: [number, number]) =>
          BigInt(value) << BigInt(power + 1074);
        const xs = Float64Array.from(corners, ([x]) => toNumber(x));
        const ys = Float64Array.from(corners, ([, y]) => toNumber(y));
        const side = Math.sign(exactOrientation(xs, ys)(0, 1, 2));
        expect(side + 0).toBe(expectedSide(corners.map(([x, y]) => [toInteger(x), toInteger(y)])));
      }),
      { numRuns: 500 },
    );
  });

  it('is zero for a point on a line through numbers of very different size', () => {
    const xs = Float64Array.of(2 ** -1070, 2 ** 1000, 2 ** -1060);
    expect(exactOrientation(xs, xs)(0, 1, 2)).toBe(0);
    const ys = Float64Array.of(2 ** -1070, 2 ** 1000, 2 ** -1060 + 2 ** -1074);
    expect(exactOrientation(xs, ys)(0, 1, 2)).not.toBe(0);
  });
});
