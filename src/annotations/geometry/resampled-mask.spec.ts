import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Affine } from '../../renditions/affine.js';
import { resampledMask } from './resampled-mask.js';
import { runsOf, textOfRuns } from './run-lengths.js';

type Pixels = readonly (readonly boolean[])[];

/** By columns. */
function pixelsOf(runs: readonly number[], height: number): boolean[][] {
  const flat = runs.flatMap((length, place) => Array<boolean>(length).fill(place % 2 === 1));
  return Array.from({ length: flat.length / height }, (_, x) =>
    flat.slice(x * height, (x + 1) * height),
  );
}

function runsOfPixels(columns: Pixels): number[] {
  const runs = [0];
  for (const inside of columns.flat()) {
    if (inside !== (runs.length % 2 === 0)) runs.push(0);
    runs[runs.length - 1]! += 1;
  }
  return runs;
}

/** Pixel by pixel: where the middle of each comes from. */
function expected(columns: Pixels, transform: Affine, width: number, height: number): boolean[][] {
  const [a, b, c, d, e, f] = transform;
  const determinant = a * d - b * c;
  return Array.from({ length: width }, (_, column) =>
    Array.from({ length: height }, (__, row) => {
      const [x, y] = [column + 0.5 - e, row + 0.5 - f];
      const from = [(d * x - c * y) / determinant, (a * y - b * x) / determinant];
      return columns[Math.floor(from[0]!)]?.[Math.floor(from[1]!)] ?? false;
    }),
  );
}

const side = fc.integer({ min: 1, max: 8 });
const masks = fc
  .tuple(
    side,
    side,
    fc.constantFrom(0.2, 0.5, 0.8),
    fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
  )
  .map(([width, height, share, stream]) =>
    Array.from({ length: width }, () =>
      Array.from({ length: height }, () => Number(stream.next().value) < share),
    ),
  );
// By powers of two nothing is rounded, and no middle comes to lie on a bound by chance.
const factor = fc.constantFrom(0.25, 0.5, 1, 2, 4, -0.25, -0.5, -1, -2, -4);
const shift = fc.integer({ min: -8, max: 16 });
const transforms = fc
  .tuple(factor, factor, shift, shift, fc.boolean())
  .map(([one, other, e, f, isTurned]): Affine =>
    isTurned ? [0, one, other, 0, e, f] : [one, 0, 0, other, e, f],
  );

describe('resampledMask', () => {
  it('is what looking up every pixel gives, turned, mirrored, scaled and cropped', () => {
    fc.assert(
      fc.property(masks, transforms, side, side, (columns, transform, width, height) => {
        const mask = {
          size: [columns[0]!.length, columns.length] as const,
          counts: runsOfPixels(columns),
        };
        const result = resampledMask(mask, transform, { width, height }, () => undefined);
        expect(result.size).toEqual([height, width]);
        expect(pixelsOf(runsOf(result), height)).toEqual(
          expected(columns, transform, width, height),
        );
        expect(runsOf(result).slice(1)).not.toContain(0);
        const text = { ...mask, counts: textOfRuns(mask.counts) };
        expect(resampledMask(text, transform, { width, height }, () => undefined)).toEqual({
          size: result.size,
          counts: textOfRuns(runsOf(result)),
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('asks before it makes millions of runs of a few', () => {
    const [height, width] = [10_000, 4_000];
    const counts = Array.from({ length: width }, () => height);
    const mask = { size: [height, width] as const, counts };
    let asked = 0;
    const refuse = (runs: number) => {
      asked += runs;
      if (asked > 1_000_000) throw new Error('too many');
    };
    const turned: Affine = [0, 1, -1, 0, height, 0];
    expect(() => resampledMask(mask, turned, { width: height, height: width }, refuse)).toThrow(
      'too many',
    );
  });
});
