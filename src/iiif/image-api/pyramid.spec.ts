import { describe, expect, it } from '@jest/globals';
import { planImage } from './image-request.js';
import { pyramidOf } from './pyramid.js';

const LIMITS = { maxOutputSide: 8_192, maxPixels: 50_000_000 };

describe('the pyramid of a picture', () => {
  it('goes down to one tile', () => {
    expect(pyramidOf({ width: 6_000, height: 4_001 }, LIMITS)).toEqual({
      side: 512,
      scaleFactors: [1, 2, 4, 8, 16],
      sizes: [
        { width: 375, height: 251 },
        { width: 750, height: 501 },
        { width: 1_500, height: 1_001 },
        { width: 3_000, height: 2_001 },
        { width: 6_000, height: 4_001 },
      ],
    });
  });

  it.each([
    [{ width: 1, height: 1 }, [1]],
    [{ width: 512, height: 512 }, [1]],
    [{ width: 513, height: 1 }, [1, 2]],
  ])('of %p has the factors %p', (picture, factors) => {
    expect(pyramidOf(picture, LIMITS).scaleFactors).toEqual(factors);
  });

  it('is within the limits', () => {
    const limits = { maxOutputSide: 300, maxPixels: 40_000 };
    const { side, sizes } = pyramidOf({ width: 1_000, height: 800 }, limits);
    expect(side).toBe(200);
    expect(sizes).toEqual([{ width: 125, height: 100 }]);
  });

  it.each([
    { width: 6_000, height: 4_001 },
    { width: 7_777, height: 13 },
    { width: 1_025, height: 1_023 },
  ])('of %p has tiles and sizes that are answered', (picture) => {
    const { side, scaleFactors, sizes } = pyramidOf(picture, LIMITS);
    const ask = (region: string, width: number, height: number) =>
      planImage(
        { region, size: `${width},${height}`, rotation: '0', quality: 'default', format: 'jpg' },
        picture,
        LIMITS,
      ).plan;
    for (const { width, height } of sizes) ask('full', width, height);
    for (const factor of scaleFactors)
      for (let left = 0; left < picture.width; left += side * factor)
        for (let top = 0; top < picture.height; top += side * factor) {
          const width = Math.min(side * factor, picture.width - left);
          const height = Math.min(side * factor, picture.height - top);
          const shown = [Math.ceil(width / factor), Math.ceil(height / factor)] as const;
          const { size } = ask(`${left},${top},${width},${height}`, ...shown);
          expect([size.width, size.height]).toEqual(shown);
        }
  });
});
