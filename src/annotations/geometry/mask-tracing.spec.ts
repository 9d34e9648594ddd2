import { describe, expect, it } from '@jest/globals';
import { traced, tracedPaths } from './mask-tracing.js';

/** Every second pixel of 40 × 40. */
const CHECKERS = {
  size: [40, 40] as const,
  counts: Array.from({ length: 40 }, (_column, x) => [
    ...(x > 0 ? [0] : []),
    ...Array<number>(40).fill(1),
  ]).flat(),
};
/** Column by column: 2 × 2 pixels at 1, 1 of 6 × 4. */
const SQUARE = { size: [4, 6] as const, counts: [5, 2, 2, 2, 13] };
const WHOLE = { left: 0, top: 0, right: 40, bottom: 40 };

const EXACT = { window: WHOLE, cell: 0, corners: 1e6 };

describe('tracing of masks', () => {
  it('is exact within its limits, and tells the area', () => {
    const [square] = traced([SQUARE], EXACT);
    expect([...square!.corners]).toEqual([1, 1, 3, 1, 3, 3, 1, 3]);
    expect([...square!.ends]).toEqual([8]);
    expect(square!.area).toBe(4);
  });

  it('reads the compressed text of COCO', () => {
    const text = { size: [4, 6] as const, counts: '5220;' };
    const list = traced([SQUARE], EXACT);
    expect(traced([text], EXACT)).toEqual(list);
  });

  it('cuts at its window', () => {
    const window = { left: 2, top: -9, right: 90, bottom: 2 };
    const [part] = traced([SQUARE], { ...EXACT, window });
    expect([...part!.corners]).toEqual([2, 1, 3, 1, 3, 2, 2, 2]);
    const beside = { left: 50, top: 0, right: 60, bottom: 4 };
    expect(traced([SQUARE], { ...EXACT, window: beside })[0]!.ends).toHaveLength(0);
  });

  it('takes larger cells where nobody could tell them apart', () => {
    const [square] = traced([SQUARE], { ...EXACT, cell: 2.9 });
    expect([...square!.corners]).toEqual([0, 0, 4, 0, 4, 4, 0, 4]);
  });

  it('makes outlines coarser that have more corners than their share', () => {
    expect(traced([CHECKERS], EXACT)[0]!.ends.length).toBeGreaterThan(700);
    const [coarse] = traced([CHECKERS], { ...EXACT, corners: 100 });
    expect([...coarse!.corners]).toEqual([0, 0, 40, 0, 40, 40, 0, 40]);
    expect(coarse!.area).toBe(800);
  });

  it('leaves to later masks what earlier ones do not need', () => {
    const few = { ...EXACT, corners: 3300 };
    expect(traced([SQUARE, CHECKERS], few)[1]!.ends.length).toBeGreaterThan(700);
    expect(traced([CHECKERS, SQUARE], few)[0]!.ends).toHaveLength(1);
  });

  it('as paths is exact or nothing', () => {
    expect(tracedPaths([SQUARE, CHECKERS], 100, 1000)).toEqual([
      'M 1,1 L 3,1 L 3,3 L 1,3 Z',
      undefined,
    ]);
    expect(tracedPaths([SQUARE, SQUARE, SQUARE], 100, 10)).toEqual([
      'M 1,1 L 3,1 L 3,3 L 1,3 Z',
      'M 1,1 L 3,1 L 3,3 L 1,3 Z',
      undefined,
    ]);
    const ring = { size: [3, 3] as const, counts: [0, 4, 1, 4] };
    expect(tracedPaths([ring], 100, 100)).toEqual([
      'M 0,0 L 3,0 L 3,3 L 0,3 Z M 1,1 L 1,2 L 2,2 L 2,1 Z',
    ]);
  });
});
