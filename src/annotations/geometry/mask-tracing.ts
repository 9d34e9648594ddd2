import { coarserSpans, type PixelWindow, spansOfRuns } from './column-spans.js';
import type { Mask } from './geometry.js';
import { outlineOfSpans, type PackedRings } from './mask-outline.js';
import { runsOf } from './run-lengths.js';

const { floor, max, min } = Math;

/** How exactly outlines are wanted. */
export interface TracingLimits {
  /** What is seen: pixels outside of it count as none. */
  readonly window: PixelWindow;
  /** Pixels of a side of cells that nobody can tell apart. */
  readonly cell: number;
  /** Of all outlines together; at least 4 for each. */
  readonly corners: number;
}

/** The outline of a mask, in pixels. */
export interface TracedMask extends PackedRings {
  /** Pixels inside, seen or not. */
  readonly area: number;
}

/**
 * Outlines of masks within limits: one that has more corners than its share is made of ever larger cells, each
 * inside if any pixel of it is, so that nothing disappears. Short ones leave what they do not need to longer ones
 * that come after.
 */
export function traced(masks: readonly Mask[], limits: TracingLimits): TracedMask[] {
  let left = limits.corners;
  return masks.map((mask, place) => {
    const runs = runsOf(mask);
    const share = max(4, floor(left / (masks.length - place)));
    const rings = tracedWithin(mask, runs, { ...limits, corners: share });
    left -= rings.corners.length / 2;
    return { ...rings, area: areaOf(runs) };
  });
}

function tracedWithin(
  { size: [height, width] }: Mask,
  runs: readonly number[],
  { window, cell, corners }: TracingLimits,
): PackedRings {
  const seen = {
    left: min(width, max(0, window.left)),
    top: min(height, max(0, window.top)),
    right: max(0, min(width, window.right)),
    bottom: max(0, min(height, window.bottom)),
  };
  let spans = spansOfRuns(runs, height, seen);
  if (cell >= 2) spans = coarserSpans(spans, floor(cell));
  let rings = outlineOfSpans(spans, corners);
  while (!rings) {
    spans = coarserSpans(spans, 2);
    rings = outlineOfSpans(spans, corners);
  }
  return spans.unit === 1 ? rings : { ...rings, corners: heldIn(seen, rings.corners) };
}

/** Cells reach over the edges of what is seen. */
function heldIn({ left, top, right, bottom }: PixelWindow, corners: Int32Array): Int32Array {
  return corners.map((value, place) =>
    place % 2 === 0 ? min(right, max(left, value)) : min(bottom, max(top, value)),
  );
}

/**
 * The same outline of one mask as data of an SVG path, short, with relative coordinates.
 */
export function tracedPath(mask: Mask, limits: TracingLimits): string {
  const { corners, ends } = tracedWithin(mask, runsOf(mask), limits);
  let path = '';
  let start = 0;
  for (const end of ends) {
    path += `M${corners[start] ?? 0} ${corners[start + 1] ?? 0}`;
    for (let place = start + 2; place < end; place += 2) {
      const [across, down] = [
        (corners[place] ?? 0) - (corners[place - 2] ?? 0),
        (corners[place + 1] ?? 0) - (corners[place - 1] ?? 0),
      ];
      path += across === 0 ? `v${down}` : `h${across}`;
    }
    path += 'z';
    start = end;
  }
  return path;
}

/**
 * The outlines, exactly, as data of SVG paths. None for a mask whose outline has more than `most` corners, nor once
 * all outlines together have more than `mostInAll`.
 */
export function tracedPaths(
  masks: readonly Mask[],
  most: number,
  mostInAll: number,
): (string | undefined)[] {
  let left = mostInAll;
  return masks.map((mask) => {
    const [height, width] = mask.size;
    const whole = { left: 0, top: 0, right: width, bottom: height };
    const rings = outlineOfSpans(spansOfRuns(runsOf(mask), height, whole), min(most, left));
    if (!rings) return undefined;
    left -= rings.corners.length / 2;
    return pathOf(rings);
  });
}

function pathOf({ corners, ends }: PackedRings): string {
  let path = '';
  let start = 0;
  for (const end of ends) {
    for (let place = start; place < end; place += 2) {
      const command = place > start ? ' L' : place > 0 ? ' M' : 'M';
      path += `${command} ${corners[place] ?? 0},${corners[place + 1] ?? 0}`;
    }
    path += ' Z';
    start = end;
  }
  return path;
}

function areaOf(runs: readonly number[]): number {
  let area = 0;
  for (let place = 1; place < runs.length; place += 2) area += runs[place] ?? 0;
  return area;
}
