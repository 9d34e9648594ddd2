import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ByteRange, lengthOf, MAX_RANGES, rangesOf } from './byte-ranges.js';
import { RangeNotSatisfiable } from './representation.errors.js';

const BYTES = 1000;

describe('the ranges of', () => {
  it.each<[string, [number, number][]]>([
    ['bytes=0-0', [[0, 0]]],
    ['bytes=0-499', [[0, 499]]],
    ['bytes=500-', [[500, 999]]],
    ['bytes=0-', [[0, 999]]],
    ['bytes=-500', [[500, 999]]],
    ['bytes=-1', [[999, 999]]],
    ['bytes=-5000', [[0, 999]]],
    ['bytes=999-999999999999999999999999', [[999, 999]]],
    ['BYTES=1-2', [[1, 2]]],
    ['bytes=007-0008', [[7, 8]]],
    [
      'bytes=, ,1-2 ,\t, 5-6,',
      [
        [1, 2],
        [5, 6],
      ],
    ],
    [
      'bytes=5-6,1-2',
      [
        [5, 6],
        [1, 2],
      ],
    ],
    ['bytes=1-2,3-4', [[1, 4]]],
    ['bytes=1-5,3-8', [[1, 8]]],
    ['bytes=1-5,2-3', [[1, 5]]],
    ['bytes=900-,-50', [[900, 999]]],
    [
      'bytes=20-29,0-9,10-12',
      [
        [20, 29],
        [0, 12],
      ],
    ],
    [
      'bytes=0-0,5000-6000,-1',
      [
        [0, 0],
        [999, 999],
      ],
    ],
  ])('%s are these', (header, expected) => {
    const ranges = rangesOf(header, BYTES);
    expect(ranges?.map(({ start, end }) => [start, end])).toEqual(expected);
  });

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=a-b',
    'bytes=0-1x',
    'bytes=0x1-5',
    'bytes=1.0-2',
    'bytes=+1-2',
    'bytes=--5',
    'bytes=1-2-3',
    'bytes=5-4',
    'bytes=0-1,5-4',
    'bytes=0-1;5-6',
    'bytes 0-1',
    'bytes = 0-1',
    'bytes=٠-١',
    'items=0-1',
    'bytes=0-1, bytes=3-4',
    'none',
  ])('%j are not counted: the whole is sent', (header) => {
    expect(rangesOf(header, BYTES)).toBeUndefined();
  });

  it.each([
    'bytes=1000-',
    'bytes=1000-1001',
    'bytes=-0',
    'bytes=5000-,-0',
    'bytes=99999999999999999999-',
  ])('%s do not exist', (header) => {
    expect(() => rangesOf(header, BYTES)).toThrow(RangeNotSatisfiable);
  });

  it.each(['bytes=0-', 'bytes=-1', 'bytes=0-0'])('%s do not exist in nothing', (header) => {
    expect(() => rangesOf(header, 0)).toThrow(RangeNotSatisfiable);
  });

  it.each(['bytes=0-,0-', 'bytes=0-,0-0', 'bytes=0-600,300-', 'bytes=-1000,-1'])(
    '%s are more than there is: the whole is sent once',
    (header) => {
      expect(rangesOf(header, BYTES)).toBeUndefined();
    },
  );

  it('more parts than are sent are the whole, but what is joined counts as one', () => {
    const apart = (parts: number) =>
      `bytes=${Array.from({ length: parts }, (_, place) => `${place * 3}-${place * 3}`).join()}`;
    expect(rangesOf(apart(MAX_RANGES), BYTES)).toHaveLength(MAX_RANGES);
    expect(rangesOf(apart(MAX_RANGES + 1), BYTES)).toBeUndefined();
    const touching = Array.from({ length: 100 }, (_, place) => `${place}-${place}`).join();
    expect(rangesOf(`bytes=${touching}`, BYTES)).toEqual([{ start: 0, end: 99 }]);
  });

  it('any request are exactly its bytes, none of them twice and none more than need be', () => {
    const range = fc
      .tuple(fc.nat({ max: 70 }), fc.nat({ max: 12 }))
      .map(([start, more]) => ({ start, end: start + more }));
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 64 }),
        (asked, bytes) => {
          const header = `bytes=${asked.map(({ start, end }) => `${start}-${end}`).join(',')}`;
          const wanted = new Set(asked.flatMap(placesOf).filter((place) => place < bytes));
          if (wanted.size === 0) {
            expect(() => rangesOf(header, bytes)).toThrow(RangeNotSatisfiable);
            return;
          }
          const ranges = rangesOf(header, bytes);
          if (!ranges) return;
          const sent = ranges.flatMap(placesOf);
          expect([...sent].sort((one, other) => one - other)).toEqual(
            [...wanted].sort((one, other) => one - other),
          );
          for (const { end } of ranges) expect(wanted.has(end + 1)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('any text neither fail nor reach behind the end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('bytes=0123456789-, ')) }),
        fc.nat({ max: 100 }),
        (text, bytes) => {
          for (const header of [text, `bytes=${text}`]) {
            const ranges = rangesOrNone(header, bytes);
            for (const { start, end } of ranges) {
              expect(start).toBeGreaterThanOrEqual(0);
              expect(start).toBeLessThanOrEqual(end);
              expect(end).toBeLessThan(bytes);
            }
            expect(ranges.reduce((sum, range) => sum + lengthOf(range), 0)).toBeLessThanOrEqual(
              bytes,
            );
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function placesOf({ start, end }: ByteRange): number[] {
  return Array.from({ length: end - start + 1 }, (_, place) => start + place);
}

function rangesOrNone(header: string, bytes: number): readonly ByteRange[] {
  try {
    return rangesOf(header, bytes) ?? [];
  } catch (error) {
    expect(error).toBeInstanceOf(RangeNotSatisfiable);
    return [];
  }
}
