import type { Mask } from './geometry.js';

/*
 * COCO's run-length encoding and its compressed text, as pycocotools reads and writes them: `rleToString` and
 * `rleFrString` of https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c.
 *
 * Each run is a number of five bits a character, the lowest first, in two's complement: bit 0x20 says that another
 * character follows, bit 0x10 of the last one that the number is negative; 48 is added to make it readable ("0" to
 * "o"). From the fourth run on, what is written is the difference from the run two before.
 */

const { floor, max, min } = Math;

const FIRST_CODE = 48;
const LAST_CODE = FIRST_CODE + 63;
const GROUP = 32;
const MORE = 0x20;
const NEGATIVE = 0x10;
/** 35 bits: every difference of two runs of a picture of 2^32 pixels. */
const MOST_GROUPS = 7;
/** Runs before this one are written as they are. */
const FIRST_DIFFERENCE = 3;

/** What is measured of the pixels inside of runs, in pixels of the picture. */
export interface RunMeasures {
  /** How many there are. */
  area: number;
  /** `[x, y, width, height]` of the smallest box around them; null if there are none. */
  bbox: [x: number, y: number, width: number, height: number] | null;
  /** The mean of their centres (the first pixel's is at 0.5, 0.5); null if there are none. */
  centroid: [x: number, y: number] | null;
}

/**
 * The lengths of a mask's runs, of pixels outside and inside by turns, down each column from left to right.
 * @param mask of a valid form: text that is none of COCO's gives no runs
 */
export function runsOf({ counts }: Mask): readonly number[] {
  return typeof counts === 'string' ? (runsOfText(counts) ?? []) : counts;
}

/**
 * The runs that COCO's compressed text stands for; undefined if it is no such text. They may be negative, which
 * no mask has: whoever reads what others wrote checks them like a list.
 */
export function runsOfText(text: string): number[] | undefined {
  const runs: number[] = [];
  let [value, unit, groups] = [0, 1, 0];
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code < FIRST_CODE || code > LAST_CODE) return undefined;
    const group = code - FIRST_CODE;
    value += (group & (GROUP - 1)) * unit;
    unit *= GROUP;
    groups += 1;
    if (group & MORE) {
      if (groups === MOST_GROUPS) return undefined;
      continue;
    }
    if (group & NEGATIVE) value -= unit;
    const { length } = runs;
    runs.push(length < FIRST_DIFFERENCE ? value : value + (runs[length - 2] ?? 0));
    [value, unit, groups] = [0, 1, 0];
  }
  return groups === 0 ? runs : undefined;
}

/** COCO's compressed text of runs, character for character as pycocotools writes it. */
export function textOfRuns(runs: readonly number[]): string {
  let text = '';
  for (let place = 0; place < runs.length; place += 1) {
    const before = place < FIRST_DIFFERENCE ? 0 : (runs[place - 2] ?? 0);
    let rest = (runs[place] ?? 0) - before;
    let isMore = true;
    while (isMore) {
      const bits = rest & (GROUP - 1);
      // Not a shift: that would cut a number of more than 32 bits.
      rest = floor(rest / GROUP);
      isMore = rest !== (bits & NEGATIVE ? -1 : 0);
      text += String.fromCharCode(FIRST_CODE + bits + (isMore ? MORE : 0));
    }
  }
  return text;
}

/**
 * Measures of the pixels inside, without looking at a single one.
 * @param runs not negative, their sum is that of the picture's pixels
 * @param height of the picture
 */
export function measuresOfRuns(runs: readonly number[], height: number): RunMeasures {
  let [area, sumX, sumY] = [0, 0, 0];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let start = 0;
  for (let place = 0; place < runs.length; place += 1) {
    const length = runs[place] ?? 0;
    if (place % 2 === 1 && length > 0) {
      const last = start + length - 1;
      const [firstColumn, lastColumn] = [floor(start / height), floor(last / height)];
      const [firstRow, lastRow] = [start % height, last % height];
      left = min(left, firstColumn);
      right = max(right, lastColumn);
      area += length;
      if (firstColumn === lastColumn) {
        top = min(top, firstRow);
        bottom = max(bottom, lastRow);
        sumX += firstColumn * length;
        sumY += ((firstRow + lastRow) * length) / 2;
      } else {
        // It goes on at the top of the next column: the end of the first, whole ones, the beginning of the last.
        [top, bottom] = [0, height - 1];
        const [head, tail, whole] = [height - firstRow, lastRow + 1, lastColumn - firstColumn - 1];
        sumX += firstColumn * head + lastColumn * tail;
        sumX += ((firstColumn + lastColumn) / 2) * whole * height;
        sumY +=
          ((firstRow + height - 1) * head + lastRow * tail + (height - 1) * whole * height) / 2;
      }
    }
    start += length;
  }
  if (area === 0) return { area, bbox: null, centroid: null };
  return {
    area,
    bbox: [left, top, right - left + 1, bottom - top + 1],
    centroid: [sumX / area + 0.5, sumY / area + 0.5],
  };
}
