const { floor, ceil, max, min } = Math;

/** Whole pixels of a picture, from `left` and `top` to before `right` and `bottom`. */
export interface PixelWindow {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The pixels of a mask, column by column, in cells of `unit` × `unit` pixels. */
export interface ColumnSpans {
  /** Pixels of a cell's side; cells begin at the multiples of it. */
  readonly unit: number;
  /** Of the first column that is told, in cells. */
  readonly firstColumn: number;
  /** Where the edges of each column begin, and at last where all of them end. */
  readonly offsets: Uint32Array;
  /** Of each column by turns where a span begins and where it has ended, in cells; each is above the one before. */
  readonly edges: Int32Array;
}

/**
 * The pixels of runs inside of a window. Linear in the runs and the window's columns.
 * @param runs as COCO has them: outside and inside by turns, down each column from left to right
 * @param height of the mask
 * @param window inside of the mask
 */
export function spansOfRuns(
  runs: readonly number[],
  height: number,
  { left, top, right, bottom }: PixelWindow,
): ColumnSpans {
  const columns = max(0, right - left);
  const offsets = new Uint32Array(columns + 1);
  // A run is cut at the feet of columns: no column has more than one piece in addition to those that begin in it.
  const edges = new Int32Array(2 * (ceil(runs.length / 2) + columns));
  let count = 0;
  let column = left;
  const enter = (next: number) => {
    for (; column < next; column += 1) offsets[column + 1 - left] = count;
  };
  let start = 0;
  for (let place = 0; place < runs.length; place += 1) {
    const end = start + (runs[place] ?? 0);
    if (place % 2 === 1 && end > start) {
      const lastColumn = min(right - 1, floor((end - 1) / height));
      for (let at = max(left, floor(start / height)); at <= lastColumn; at += 1) {
        const from = max(top, start - at * height);
        const to = min(bottom, end - at * height);
        if (from >= to) continue;
        enter(at);
        // Runs of no length part what belongs together.
        if (count > (offsets[at - left] ?? 0) && edges[count - 1] === from) edges[count - 1] = to;
        else {
          edges[count] = from;
          edges[count + 1] = to;
          count += 2;
        }
      }
    }
    start = end;
  }
  enter(right);
  return { unit: 1, firstColumn: left, offsets, edges: edges.subarray(0, count) };
}

/**
 * The same in cells that are `factor` times as large: a cell is inside if any of its pixels is, so that nothing of
 * the mask is lost. Linear in the spans and the cells that they lie between.
 */
export function coarserSpans(spans: ColumnSpans, factor: number): ColumnSpans {
  const { firstColumn, offsets, edges } = spans;
  const columns = offsets.length - 1;
  const first = floor(firstColumn / factor);
  const coarse = columns > 0 ? floor((firstColumn + columns - 1) / factor) - first + 1 : 0;
  const coarseOffsets = new Uint32Array(coarse + 1);
  const coarseEdges = new Int32Array(edges.length);
  // How many more spans cover a cell than the one above.
  const changes = new Int32Array(floor(largestOf(edges) / factor) + 2);
  let count = 0;
  for (let at = 0; at < coarse; at += 1) {
    const from = max(0, (first + at) * factor - firstColumn);
    const to = min(columns, (first + at + 1) * factor - firstColumn);
    let [highest, lowest] = [changes.length, -1];
    for (let place = offsets[from] ?? 0; place < (offsets[to] ?? 0); place += 2) {
      const start = floor((edges[place] ?? 0) / factor);
      const end = ceil((edges[place + 1] ?? 0) / factor);
      changes[start] = (changes[start] ?? 0) + 1;
      changes[end] = (changes[end] ?? 0) - 1;
      highest = min(highest, start);
      lowest = max(lowest, end);
    }
    let covered = 0;
    for (let cell = highest; cell <= lowest; cell += 1) {
      const now = covered + (changes[cell] ?? 0);
      if (now > 0 !== covered > 0) {
        coarseEdges[count] = cell;
        count += 1;
      }
      covered = now;
      changes[cell] = 0;
    }
    coarseOffsets[at + 1] = count;
  }
  const unit = spans.unit * factor;
  return {
    unit,
    firstColumn: first,
    offsets: coarseOffsets,
    edges: coarseEdges.slice(0, count),
  };
}

function largestOf(edges: Int32Array): number {
  let largest = 0;
  for (let place = 1; place < edges.length; place += 2) largest = max(largest, edges[place] ?? 0);
  return largest;
}
