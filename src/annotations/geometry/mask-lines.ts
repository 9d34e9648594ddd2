import { numberAt } from './number-at.js';

/** The pixels inside of a mask, line by line: columns or rows. */
export interface MaskLines {
  /** How many lines there are. */
  readonly count: number;
  /** Where the bounds of each line begin; one more than there are lines. */
  readonly offsets: Int32Array;
  /** Starts and ends (exclusive) of runs by turns, along each line in order. */
  readonly bounds: Int32Array;
}

/**
 * The columns of run lengths.
 * @param runs that add up to `height * width`
 */
export function columnsOf(runs: readonly number[], height: number, width: number): MaskLines {
  const offsets = new Int32Array(width + 1);
  const bounds: number[] = [];
  let [start, column] = [0, 0];
  for (let place = 0; place < runs.length; place += 1) {
    const end = start + (runs[place] ?? 0);
    if (place % 2 === 1)
      while (start < end) {
        const at = Math.floor(start / height);
        while (column < at) offsets[(column += 1)] = bounds.length;
        const last = Math.min(end, (at + 1) * height);
        bounds.push(start - at * height, last - at * height);
        start = last;
      }
    start = end;
  }
  while (column < width) offsets[(column += 1)] = bounds.length;
  return { count: width, offsets, bounds: Int32Array.from(bounds) };
}

/**
 * The rows of a mask whose columns these are. Each place where a column differs from the one before it is a bound of a
 * row, so that no pixel is looked at but those.
 * @param height how many rows there are
 * @param allow is told how many bounds the rows have before they are made, and may throw
 */
export function rowsOf(
  columns: MaskLines,
  height: number,
  allow: (bounds: number) => void,
): MaskLines {
  let total = 0;
  forEachDifference(columns, (_, from, to) => {
    total += to - from;
  });
  allow(total);
  const offsets = new Int32Array(height + 1);
  forEachDifference(columns, (_, from, to) => {
    for (let row = from; row < to; row += 1) offsets[row + 1] = numberAt(offsets, row + 1) + 1;
  });
  for (let row = 0; row < height; row += 1)
    offsets[row + 1] = numberAt(offsets, row + 1) + numberAt(offsets, row);
  const next = offsets.slice();
  const bounds = new Int32Array(total);
  forEachDifference(columns, (column, from, to) => {
    for (let row = from; row < to; row += 1) {
      const at = numberAt(next, row);
      bounds[at] = column;
      next[row] = at + 1;
    }
  });
  return { count: height, offsets, bounds };
}

/** The stretches in which a column differs from the one before it, behind the last one too; some may be empty. */
function forEachDifference(
  { count, offsets, bounds }: MaskLines,
  tell: (column: number, from: number, to: number) => void,
): void {
  for (let column = 0; column <= count; column += 1) {
    // The bounds of both in order: between each odd one and the next just one of them is inside.
    let before = column === 0 ? 0 : numberAt(offsets, column - 1);
    const beforeEnd = column === 0 ? 0 : numberAt(offsets, column);
    let own = column === count ? 0 : numberAt(offsets, column);
    const ownEnd = column === count ? 0 : numberAt(offsets, column + 1);
    let from = -1;
    while (before < beforeEnd || own < ownEnd) {
      const isBefore =
        own >= ownEnd || (before < beforeEnd && numberAt(bounds, before) <= numberAt(bounds, own));
      const bound = numberAt(bounds, isBefore ? before : own);
      if (isBefore) before += 1;
      else own += 1;
      if (from < 0) from = bound;
      else {
        if (from < bound) tell(column, from, bound);
        from = -1;
      }
    }
  }
}
