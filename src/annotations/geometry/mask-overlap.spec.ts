import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Mask } from './geometry.js';
import { maskIntersectionOverUnion } from './mask-overlap.js';
import { textOfRuns } from './run-lengths.js';

function maskOf(pixels: readonly boolean[], height: number): Mask {
  const counts = [0];
  for (const inside of pixels) {
    if (inside !== (counts.length % 2 === 0)) counts.push(0);
    counts[counts.length - 1]! += 1;
  }
  return { size: [height, pixels.length / height], counts };
}

describe('maskIntersectionOverUnion', () => {
  it('is that of the pixels, one by one, however they are written', () => {
    const pair = fc
      .array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 60 })
      .filter((pixels) => pixels.some(([one]) => one) && pixels.some(([, other]) => other));
    fc.assert(
      fc.property(pair, (pixels) => {
        const [one, other] = [0, 1].map((side) =>
          maskOf(
            pixels.map((both) => both[side]!),
            1,
          ),
        ) as [Mask, Mask];
        const shared = pixels.filter(([a, b]) => a && b).length;
        const either = pixels.filter(([a, b]) => a || b).length;
        const text = { ...one, counts: textOfRuns(one.counts as number[]) };
        expect(maskIntersectionOverUnion(one, other)).toBe(shared / either);
        expect(maskIntersectionOverUnion(other, text)).toBe(shared / either);
        expect(maskIntersectionOverUnion(text, one)).toBe(1);
      }),
    );
  });

  it('is there for masks of the same size only', () => {
    const pixels = Array<boolean>(12).fill(true);
    expect(maskIntersectionOverUnion(maskOf(pixels, 3), maskOf(pixels, 4))).toBeNull();
  });
});
