import type { Size } from '../../renditions/boxes.js';
import { colourOf } from './mark-colours.js';
import type { Mark, Point, Transform } from './mark.js';
import {
  areaOf,
  type Bounds,
  boundsOf,
  clipped,
  lengthOf,
  outlineOf,
  type OutlineLimits,
  reduced,
} from './outline.js';

/** Points that fall into the same half pixel make no difference that is seen. */
const CELL = 0.5;
/** Of all outlines of a rendition together. */
const MAX_POINTS = 100_000;
/**
 * Length of all outlines together, in sides of the rendition. More would leave hardly a pixel between them, and
 * a renderer that nothing can stop walks every one: two hundred combs of valid teeth took it a minute.
 */
const MAX_LENGTH_SIDES = 1000;
/** After so many points others get a turn. */
const POINTS_PER_TURN = 50_000;

/** A mark with a polygon that is seen in the rendition. */
export interface DrawnMark {
  index: number;
  instrument: string;
  colour: string;
  /** Cut to the picture and its margin, in pixels of the rendition; never empty. */
  outline: readonly Point[];
  /** Of the part inside of the picture. */
  visible: Bounds;
  /** Square pixels of all of it, seen or not. */
  area: number;
}

/**
 * The marks that are seen, larger ones first, so that what lies on another is drawn after it. What they cost is
 * bounded: an outline beyond its share becomes coarser, at last a box. Millions of points are read in turns:
 * requests go on in between.
 */
export async function drawnMarks(
  marks: readonly Mark[],
  transform: Transform,
  size: Size,
  margin: number,
): Promise<DrawnMark[]> {
  const points = Math.max(4, Math.floor(MAX_POINTS / Math.max(1, marks.length)));
  const limits = { points, length: MAX_LENGTH_SIDES * Math.sqrt(size.width * size.height) };
  const drawn: DrawnMark[] = [];
  let read = 0;
  for (const mark of marks) {
    read += mark.polygon?.points.length ?? 0;
    if (read > POINTS_PER_TURN) {
      read = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const one = drawnMark(mark, transform, size, margin, limits);
    if (one) drawn.push(one);
  }
  shareLength(drawn, limits);
  return drawn.sort((one, other) => other.area - one.area || one.index - other.index);
}

/** Short outlines leave what they do not need of their share to longer ones. */
function shareLength(drawn: DrawnMark[], limits: OutlineLimits): void {
  const byLength = drawn
    .map((mark) => ({ mark, length: lengthOf(mark.outline) }))
    .sort((one, other) => one.length - other.length || one.mark.index - other.mark.index);
  let left = limits.length;
  for (const [at, { mark, length }] of byLength.entries()) {
    const share = Math.max(0, left) / (byLength.length - at);
    if (length > share) mark.outline = reduced(mark.outline, { ...limits, length: share }, CELL);
    left -= lengthOf(mark.outline);
  }
}

function drawnMark(
  { index, instrument, polygon }: Mark,
  transform: Transform,
  size: Size,
  margin: number,
  limits: OutlineLimits,
): DrawnMark | undefined {
  if (!polygon) return undefined;
  const whole = outlineOf(polygon, transform);
  const outline = reduced(clipped(whole, size, margin), limits, CELL);
  const visible = insideOf(size, boundsOf(outline));
  if (visible.left > visible.right || visible.top > visible.bottom) return undefined;
  return { index, instrument, colour: colourOf(instrument), outline, visible, area: areaOf(whole) };
}

function insideOf({ width, height }: Size, bounds: Bounds): Bounds {
  return {
    left: Math.max(0, bounds.left),
    top: Math.max(0, bounds.top),
    right: Math.min(width, bounds.right),
    bottom: Math.min(height, bounds.bottom),
  };
}
