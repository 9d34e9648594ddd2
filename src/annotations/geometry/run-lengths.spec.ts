import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { measuresOfRuns, runsOf, runsOfText, textOfRuns } from './run-lengths.js';

/** Masks as pycocotools 2.0.11 encodes and measures them; the centroid is the mean of numpy's `nonzero` plus 0.5. */
const OF_PYCOCOTOOLS = [
  { name: 'nothing', height: 4, text: 'd0', runs: [20], area: 0, bbox: null, centroid: null },
  {
    name: 'every pixel',
    height: 4,
    text: '0d0',
    runs: [0, 20],
    area: 20,
    bbox: [0.0, 0.0, 5.0, 4.0],
    centroid: [2.5, 2.0],
  },
  {
    name: 'a block',
    height: 4,
    text: '5220003',
    runs: [5, 2, 2, 2, 2, 2, 5],
    area: 6,
    bbox: [1.0, 1.0, 3.0, 2.0],
    centroid: [2.5, 2.0],
  },
  {
    name: 'the first pixel',
    height: 4,
    text: '01c0',
    runs: [0, 1, 19],
    area: 1,
    bbox: [0.0, 0.0, 1.0, 1.0],
    centroid: [0.5, 0.5],
  },
  {
    name: 'the last pixel',
    height: 4,
    text: 'c01',
    runs: [19, 1],
    area: 1,
    bbox: [4.0, 3.0, 1.0, 1.0],
    centroid: [4.5, 3.5],
  },
  {
    name: 'a run over columns',
    height: 3,
    text: '255',
    runs: [2, 5, 5],
    area: 5,
    bbox: [0.0, 0.0, 3.0, 3.0],
    centroid: [1.5, 1.5],
  },
  {
    name: 'a chessboard',
    height: 3,
    text: '111000000',
    runs: [1, 1, 1, 1, 1, 1, 1, 1, 1],
    area: 4,
    bbox: [0.0, 0.0, 3.0, 3.0],
    centroid: [1.5, 1.5],
  },
  {
    name: 'noise',
    height: 6,
    text: '311040L0040M0010OO052',
    runs: [3, 1, 1, 1, 5, 1, 1, 1, 1, 5, 1, 2, 1, 2, 2, 2, 1, 1, 1, 6, 3],
    area: 22,
    bbox: [0.0, 0.0, 7.0, 6.0],
    centroid: [3.909090909090909, 3.227272727272727],
  },
  {
    name: 'long runs',
    height: 3000,
    text: 'afak2Sj2e30\\X\\b8nUMaaf]G',
    runs: [3000017, 2883, 117, 2883, 8991105, 1, 2994],
    area: 5767,
    bbox: [1000.0, 5.0, 3000.0, 2895.0],
    centroid: [1001.5199410438703, 1458.2480492457084],
  },
  {
    name: 'a triangle',
    height: 30,
    text: ']:1m01O1O1O1O2N1O1O1O1O1O1O1O2N1O1O1O1O1O1O1O2NN2M4K4M3L4M3L\\9',
    runs: [
      333, 1, 29, 2, 28, 3, 27, 4, 26, 5, 25, 7, 23, 8, 22, 9, 21, 10, 20, 11, 19, 12, 18, 13, 17,
      14, 16, 16, 14, 17, 13, 18, 12, 19, 11, 20, 10, 21, 9, 22, 8, 23, 7, 25, 5, 23, 7, 20, 11, 15,
      15, 12, 18, 8, 22, 5, 25, 1, 325,
    ],
    area: 364,
    bbox: [11.0, 3.0, 29.0, 25.0],
    centroid: [27.802197802197803, 11.458791208791208],
  },
];

const positive = fc.integer({ min: 1, max: 2 ** 31 });
const runLists = fc
  .tuple(fc.nat({ max: 2 ** 31 }), fc.array(positive, { maxLength: 60 }))
  .map(([first, others]) => [first, ...others]);

/** The pixels inside, one by one. */
function pixelsOf(runs: readonly number[], height: number): [x: number, y: number][] {
  const isInside = runs.flatMap((length, place) => Array<boolean>(length).fill(place % 2 === 1));
  return isInside.flatMap((inside, at): [number, number][] =>
    inside ? [[Math.floor(at / height), at % height]] : [],
  );
}

describe('run lengths, compared with pycocotools', () => {
  it.each(OF_PYCOCOTOOLS)('reads and writes $name', ({ text, runs }) => {
    expect(runsOfText(text)).toEqual(runs);
    expect(textOfRuns(runs)).toBe(text);
  });

  it.each(OF_PYCOCOTOOLS)('measures $name', ({ height, runs, area, bbox, centroid }) => {
    const measures = measuresOfRuns(runs, height);
    expect(measures).toEqual({
      area,
      bbox,
      centroid: centroid?.map((number) => expect.closeTo(number, 9)) ?? null,
    });
  });
});

describe('runsOfText', () => {
  it('reads back whatever runs were written', () => {
    fc.assert(
      fc.property(runLists, (runs) => {
        expect(runsOfText(textOfRuns(runs))).toEqual(runs);
      }),
    );
  });

  it.each([
    ['a character before the alphabet', '52/'],
    ['a character behind it', '52p'],
    ['a space', '5 2'],
    ['an emoji', '5😀'],
    ['an end inside of a number', '52P'],
    ['a number without an end', 'PPPPPPP0'],
  ])('knows that %s is none of its text', (_, text) => {
    expect(runsOfText(text)).toBeUndefined();
  });

  it('shows what is negative, for the reader to refuse', () => {
    expect(runsOfText('111N')).toEqual([1, 1, 1, -1]);
  });
});

describe('runsOf', () => {
  it('takes a list as it is, and text for its list', () => {
    expect(runsOf({ size: [4, 5], counts: [5, 2, 13] })).toEqual([5, 2, 13]);
    expect(runsOf({ size: [4, 5], counts: '5220003' })).toEqual([5, 2, 2, 2, 2, 2, 5]);
  });
});

describe('measuresOfRuns', () => {
  it('is what counting every pixel gives', () => {
    const masks = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }))
      .chain(([height, columns]) =>
        fc.tuple(
          fc.constant(height),
          fc.array(fc.boolean(), {
            minLength: height * columns.length,
            maxLength: height * columns.length,
          }),
        ),
      );
    fc.assert(
      fc.property(masks, ([height, pixels]) => {
        const runs = [0];
        pixels.forEach((inside) => {
          if (inside !== (runs.length % 2 === 0)) runs.push(0);
          runs[runs.length - 1]! += 1;
        });
        const inside = pixelsOf(runs, height);
        const { area, bbox, centroid } = measuresOfRuns(runs, height);
        expect(area).toBe(inside.length);
        if (inside.length === 0) {
          expect([bbox, centroid]).toEqual([null, null]);
          return;
        }
        const [xs, ys] = [inside.map(([x]) => x), inside.map(([, y]) => y)];
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        expect(bbox).toEqual([left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1]);
        const mean = (of: number[]) => of.reduce((sum, value) => sum + value + 0.5, 0) / of.length;
        expect(centroid?.[0]).toBeCloseTo(mean(xs), 9);
        expect(centroid?.[1]).toBeCloseTo(mean(ys), 9);
      }),
    );
  });
});
