import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Point } from './polygon.js';
import { isFlat, ringArea } from './ring-area.js';

const integer = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const ring = fc.array(fc.tuple(integer, integer), { minLength: 3, maxLength: 30 });

function exactTwiceArea(corners: readonly Point[]): bigint {
  const sum = corners.reduce((total, [x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length]!;
    return total + BigInt(x) * BigInt(nextY) - BigInt(nextX) * BigInt(y);
  }, 0n);
  return sum < 0n ? -sum : sum;
}

describe('ringArea and isFlat', () => {
  it.each([[0], [-538], [-1074], [480], [990]])(
    'agree with integers, on corners times 2 to the power of %i',
    (power) => {
      fc.assert(
        fc.property(ring, (corners) => {
          const points = corners.map(([x, y]): Point => [x * 2 ** power, y * 2 ** power]);
          const twiceArea = exactTwiceArea(corners);
          const expected = (Number(twiceArea) / 2) * 2 ** power * 2 ** power;
          expect(isFlat(points)).toBe(twiceArea === 0n);
          const area = ringArea(points);
          if (expected === Infinity) expect(area).toBe(Infinity);
          else expect(Math.abs(area - expected)).toBeLessThanOrEqual(1e-9 * expected + 2 ** -1074);
        }),
      );
    },
  );

  it('call a ring flat however often it runs to and fro on a slanted line', () => {
    const onLine = fc.array(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), { minLength: 3 });
    fc.assert(
      fc.property(onLine, (places) => {
        const points = places.map((place): Point => [place, place * 3]);
        expect(isFlat(points)).toBe(true);
        expect(ringArea(points)).toBe(0);
      }),
    );
  });
});
