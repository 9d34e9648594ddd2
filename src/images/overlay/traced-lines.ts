import type { Size } from '../../renditions/boxes.js';
import type { PixelMask, Point, TracedRings, MaskTracer, Transform } from './mark.js';
import { type Line, placed, turnOfOthers } from './outline.js';

const { abs, ceil, floor, hypot, max, min } = Math;

/** After so many corners others get a turn. */
const CORNERS_PER_TURN = 20_000;

/** The outlines of masks in a rendition. */
export interface TracedLines {
  lines: readonly Line[];
  /** Square pixels of the rendition, seen or not. */
  area: number;
}

/**
 * The outlines of masks along the edges of their pixels, in pixels of the rendition; nothing of what lies more than
 * `margin` outside of it.
 * @param cell pixels of the rendition that nobody can tell apart
 * @param corners of all outlines together, about: beyond, they become coarser
 */
export async function tracedLines(
  masks: readonly PixelMask[],
  tracer: MaskTracer,
  frame: { transform: Transform; size: Size; margin: number },
  cell: number,
  corners: number,
): Promise<TracedLines[]> {
  if (masks.length === 0) return [];
  const { transform } = frame;
  const [a, b, c, d] = transform;
  const stretch = max(hypot(a, b), hypot(c, d));
  const traced = await tracer.trace(masks, {
    window: seenPixels(frame),
    cell: cell / stretch,
    corners,
  });
  const zoom = abs(a * d - b * c);
  const found: TracedLines[] = [];
  let made = 0;
  for (const rings of traced) {
    found.push({ lines: linesOf(rings, transform), area: rings.area * zoom });
    made += rings.corners.length / 2;
    if (made > CORNERS_PER_TURN) {
      made = 0;
      await turnOfOthers();
    }
  }
  return found;
}

function linesOf({ corners, ends }: TracedRings, transform: Transform): Line[] {
  let start = 0;
  return Array.from(ends, (end) => {
    const points: Point[] = [];
    for (let at = start; at < end; at += 2) points.push([corners[at] ?? 0, corners[at + 1] ?? 0]);
    start = end;
    return { points: placed(points, transform), isClosed: true };
  });
}

/** The whole pixels of the upright picture that a rendition and its margin show. */
export function seenPixels(frame: { transform: Transform; size: Size; margin: number }) {
  const { transform, size, margin } = frame;
  const [right, bottom] = [size.width + margin, size.height + margin];
  const corners: Point[] = [
    [-margin, -margin],
    [right, -margin],
    [-margin, bottom],
    [right, bottom],
  ];
  const back = placed(corners, inverted(transform));
  const [xs, ys] = [back.map(([x]) => x), back.map(([, y]) => y)];
  return {
    left: floor(min(...xs)),
    top: floor(min(...ys)),
    right: ceil(max(...xs)),
    bottom: ceil(max(...ys)),
  };
}

function inverted([a, b, c, d, e, f]: Transform): Transform {
  const zoom = a * d - b * c;
  return [d / zoom, -b / zoom, -c / zoom, a / zoom, (c * f - d * e) / zoom, (b * e - a * f) / zoom];
}
