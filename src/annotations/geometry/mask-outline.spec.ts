import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coarserSpans, spansOfRuns } from './column-spans.js';
import { outlineOfSpans, type PackedRings } from './mask-outline.js';

type Rows = readonly string[];

function runsOf(rows: Rows): number[] {
  const runs = [0];
  let isInside = false;
  for (let x = 0; x < rows[0]!.length; x += 1) {
    for (const row of rows) {
      if ((row[x] === '#') !== isInside) {
        runs.push(0);
        isInside = !isInside;
      }
      runs[runs.length - 1]! += 1;
    }
  }
  return runs;
}

function spansOf(rows: Rows) {
  const window = { left: 0, top: 0, right: rows[0]!.length, bottom: rows.length };
  return spansOfRuns(runsOf(rows), rows.length, window);
}

function ringsIn({ corners, ends }: PackedRings): [number, number][][] {
  return [...ends].map((end, place) => {
    const numbers = corners.slice(place === 0 ? 0 : ends[place - 1], end);
    return Array.from({ length: numbers.length / 2 }, (_, at): [number, number] => [
      numbers[2 * at]!,
      numbers[2 * at + 1]!,
    ]);
  });
}

const outlineOf = (rows: Rows) => ringsIn(outlineOfSpans(spansOf(rows))!);

/** How many times, and in which sense, all rings together go round the middle of each pixel. */
function windings(rings: [number, number][][], width: number, height: number) {
  return Array.from({ length: height }, (_row, y) =>
    Array.from({ length: width }, (_column, x) => {
      let [crossings, winding] = [0, 0];
      for (const ring of rings) {
        ring.forEach(([x1, y1], at) => {
          const [x2, y2] = ring.at(at - 1)!;
          if (x1 !== x2 || x1 > x || y1 > y === y2 > y) return;
          crossings += 1;
          winding += y1 < y2 ? 1 : -1;
        });
      }
      return { crossings, winding };
    }),
  );
}

function signedArea(ring: [number, number][]): number {
  return ring.reduce((sum, [x, y], at) => {
    const [lastX, lastY] = ring.at(at - 1)!;
    return sum + (lastX * y - x * lastY) / 2;
  }, 0);
}

const masks = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc.array(fc.stringMatching(new RegExp(`^[#.]{${width}}$`)), {
      minLength: height,
      maxLength: height,
    }),
  );

describe('the outline of a mask', () => {
  it('of one pixel is its four corners, clockwise', () => {
    expect(outlineOf(['...', '.#.', '...'])).toEqual([
      [
        [1, 1],
        [2, 1],
        [2, 2],
        [1, 2],
      ],
    ]);
  });

  it('leaves out corners where it goes straight on', () => {
    expect(outlineOf(['####', '####', '#...'])).toEqual([
      [
        [0, 0],
        [4, 0],
        [4, 2],
        [1, 2],
        [1, 3],
        [0, 3],
      ],
    ]);
  });

  it('has a ring for each hole, the other way round', () => {
    const rings = outlineOf(['######', '#.##.#', '######']);
    expect(rings).toHaveLength(3);
    expect(rings.map(signedArea)).toEqual([18, -1, -1]);
  });

  it('parts pixels that touch at a corner', () => {
    expect(outlineOf(['#.', '.#']).map(signedArea)).toEqual([1, 1]);
    expect(outlineOf(['.#', '#.']).map(signedArea)).toEqual([1, 1]);
    // Holes that touch at a corner are one: between them nothing connects the pixels.
    expect(outlineOf(['####', '#.##', '##.#', '####']).map(signedArea)).toEqual([16, -2]);
  });

  it('of no pixel is nothing', () => {
    expect(outlineOf(['..', '..'])).toEqual([]);
  });

  it('filled by the even-odd rule, or the nonzero one, is the mask', () => {
    fc.assert(
      fc.property(masks, (rows) => {
        const rings = outlineOf(rows);
        const [width, height] = [rows[0]!.length, rows.length];
        const found = windings(rings, width, height);
        rows.forEach((row, y) => {
          [...row].forEach((pixel, x) => {
            const { crossings, winding } = found[y]![x]!;
            expect(crossings % 2 === 1).toBe(pixel === '#');
            expect(winding).toBe(pixel === '#' ? 1 : 0);
          });
        });
      }),
      { numRuns: 150 },
    );
  });

  it('turns at every corner, and never lies outside of the picture', () => {
    fc.assert(
      fc.property(masks, (rows) => {
        for (const ring of outlineOf(rows)) {
          ring.forEach(([x, y], at) => {
            const [beforeX, beforeY] = ring.at(at - 1)!;
            const [afterX, afterY] = ring[(at + 1) % ring.length]!;
            const turns = (beforeX === x) !== (afterX === x) && (beforeY === y) !== (afterY === y);
            expect(turns).toBe(true);
            expect(x >= 0 && y >= 0 && x <= rows[0]!.length && y <= rows.length).toBe(true);
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('of a part is that of the pixels in it', () => {
    fc.assert(
      fc.property(masks, fc.nat(8), fc.nat(8), (rows, left, top) => {
        const [width, height] = [rows[0]!.length, rows.length];
        const window = { left: left % width, top: top % height, right: width, bottom: height };
        const spans = spansOfRuns(runsOf(rows), height, window);
        const blanked = rows.map((row, y) =>
          [...row].map((pixel, x) => (x < window.left || y < window.top ? '.' : pixel)).join(''),
        );
        expect(ringsIn(outlineOfSpans(spans)!)).toEqual(outlineOf(blanked));
      }),
    );
  });

  it('in larger cells is that of the cells of which any pixel is inside', () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: 2, max: 4 }), (rows, factor) => {
        const [columns, lines] = [rows[0]!.length, rows.length].map((side) =>
          Math.ceil(side / factor),
        );
        const cells = Array.from({ length: lines! }, (_line, y) =>
          Array.from({ length: columns! }, (_column, x) =>
            rows
              .slice(y * factor, (y + 1) * factor)
              .some((row) => row.slice(x * factor, (x + 1) * factor).includes('#'))
              ? '#'
              : '.',
          ).join(''),
        );
        const expected = outlineOf(cells).map((ring) =>
          ring.map(([x, y]) => [x * factor, y * factor]),
        );
        expect(ringsIn(outlineOfSpans(coarserSpans(spansOf(rows), factor))!)).toEqual(expected);
      }),
    );
  });

  it('joins what runs of no length part', () => {
    const window = { left: 0, top: 0, right: 2, bottom: 3 };
    const spans = spansOfRuns([0, 1, 0, 2, 3], 3, window);
    expect(ringsIn(outlineOfSpans(spans)!)).toEqual(outlineOf(['#.', '#.', '#.']));
  });

  it('is not made when it has more corners than are wanted', () => {
    const checkers = spansOf(['#.#.', '.#.#', '#.#.', '.#.#']);
    expect(outlineOfSpans(checkers, 31)).toBeUndefined();
    expect(outlineOfSpans(checkers, 32)!.ends).toHaveLength(8);
  });
});
