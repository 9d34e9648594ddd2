import type { Size } from '../../renditions/boxes.js';
import { colourOf } from './mark-colours.js';
import { type Dot, type Figure, figureOf } from './figure.js';
import type { Mark, MaskTracer, Transform } from './mark.js';
import {
  type Bounds,
  boundsOf,
  lengthOf,
  type Line,
  type OutlineLimits,
  reduced,
  turnOfOthers,
} from './outline.js';
import { type TracedLines, tracedLines } from './traced-lines.js';

/** Points that fall into the same half pixel make no difference that is seen. */
const CELL = 0.5;
/** Of all outlines of a rendition together. */
const MAX_POINTS = 100_000;
/**
 * Length of all outlines together, in sides of the rendition. More would leave hardly a pixel between them, and
 * a renderer that nothing can stop walks every one: two hundred combs of valid teeth took it a minute.
 */
const MAX_LENGTH_SIDES = 1000;
/** Of all marks together: a renderer takes up to 0.2 ms for each. */
const MAX_DOTS = 40_000;
/** After so many points others get a turn. */
const POINTS_PER_TURN = 20_000;

/** A mark that is seen in the rendition. */
export interface DrawnMark {
  index: number;
  instrument: string;
  colour: string;
  /** Cut to the picture and its margin, in pixels of the rendition. */
  lines: readonly Line[];
  dots: readonly Dot[];
  /** Whether what its lines enclose belongs to it, by the even-odd rule. */
  isFilled: boolean;
  /** Of the part inside of the picture. */
  visible: Bounds;
  /** Square pixels of all of it, seen or not. */
  area: number;
}

/** What marks are drawn into. */
export interface Frame {
  /** From pixels of the upright picture to those of the rendition. */
  transform: Transform;
  /** Of the rendition. */
  size: Size;
  /** How far beyond its edges something may be that is seen inside, in pixels. */
  margin: number;
  /** Of a keypoint's dot, in pixels. */
  dotRadius: number;
}

/**
 * The marks that are seen, larger ones first, so that what lies on another is drawn after it. What they cost is
 * bounded: an outline beyond its share becomes coarser, at last a box. Millions of points are read in turns:
 * requests go on in between.
 */
export async function drawnMarks(
  marks: readonly Mark[],
  frame: Frame,
  tracer: MaskTracer,
): Promise<DrawnMark[]> {
  const { width, height } = frame.size;
  const points = Math.max(4, Math.floor(MAX_POINTS / Math.max(1, marks.length)));
  const limits = { points, length: MAX_LENGTH_SIDES * Math.sqrt(width * height) };
  const traced = await tracedByIndex(marks, frame, tracer, points);
  const drawn: DrawnMark[] = [];
  let read = 0;
  for (const mark of marks) {
    const figure = figureOf(mark, frame, traced.get(mark.index));
    read += pointsIn(mark, traced.get(mark.index));
    if (read > POINTS_PER_TURN) {
      read = 0;
      await turnOfOthers();
    }
    const one = figure && drawnMark(mark, figure, frame, limits);
    if (one) drawn.push(one);
  }
  await turnOfOthers();
  shareLength(drawn, limits);
  shareDots(drawn);
  return drawn.sort((one, other) => other.area - one.area || one.index - other.index);
}

async function tracedByIndex(
  marks: readonly Mark[],
  frame: Frame,
  tracer: MaskTracer,
  points: number,
): Promise<Map<number, TracedLines>> {
  const masked = marks.flatMap(({ index, mask }) => (mask ? [{ index, mask }] : []));
  const masks = masked.map(({ mask }) => mask);
  const traced = await tracedLines(masks, tracer, frame, CELL, masks.length * points);
  return new Map(traced.map((lines, place) => [masked[place]?.index ?? 0, lines]));
}

function pointsIn({ polygon, polyline, points }: Mark, traced: TracedLines | undefined): number {
  const rings = polygon?.rings ?? [polygon?.points ?? polyline?.points ?? points?.points ?? []];
  const lines = traced?.lines ?? [];
  const count = (sum: number, length: number) => sum + length;
  return [...rings, ...lines.map((line) => line.points)]
    .map(({ length }) => length)
    .reduce(count, 0);
}

/** Short outlines leave what they do not need of their share to longer ones. */
function shareLength(drawn: DrawnMark[], limits: OutlineLimits): void {
  const byLength = drawn
    .map((mark) => ({ mark, length: lengthOf(mark.lines) }))
    .sort((one, other) => one.length - other.length || one.mark.index - other.mark.index);
  let left = limits.length;
  for (const [at, { mark, length }] of byLength.entries()) {
    const share = Math.max(0, left) / (byLength.length - at);
    if (length > share) mark.lines = reduced(mark.lines, { ...limits, length: share }, CELL);
    left -= lengthOf(mark.lines);
  }
}

/** The same for dots: the first ones of a mark are drawn. */
function shareDots(drawn: DrawnMark[]): void {
  const byCount = drawn
    .filter(({ dots }) => dots.length > 0)
    .sort((one, other) => one.dots.length - other.dots.length || one.index - other.index);
  let left = MAX_DOTS;
  for (const [at, mark] of byCount.entries()) {
    mark.dots = mark.dots.slice(0, Math.floor(left / (byCount.length - at)));
    left -= mark.dots.length;
  }
}

function drawnMark(
  { index, instrument }: Mark,
  { lines: whole, dots: all, isFilled, area }: Figure,
  { size, dotRadius }: Frame,
  limits: OutlineLimits,
): DrawnMark | undefined {
  const lines = whole.length > 0 ? reduced(whole, limits, CELL) : [];
  const dots = all.slice(0, limits.points);
  const visible = insideOf(size, around(boundsOf(lines), dots, dotRadius));
  if (visible.left > visible.right || visible.top > visible.bottom) return undefined;
  return { index, instrument, colour: colourOf(instrument), lines, dots, isFilled, visible, area };
}

function around(bounds: Bounds, dots: readonly Dot[], radius: number): Bounds {
  const middles = boundsOf([{ points: dots.map(({ at }) => at), isClosed: false }]);
  return {
    left: Math.min(bounds.left, middles.left - radius),
    top: Math.min(bounds.top, middles.top - radius),
    right: Math.max(bounds.right, middles.right + radius),
    bottom: Math.max(bounds.bottom, middles.bottom + radius),
  };
}

function insideOf({ width, height }: Size, bounds: Bounds): Bounds {
  return {
    left: Math.max(0, bounds.left),
    top: Math.max(0, bounds.top),
    right: Math.min(width, bounds.right),
    bottom: Math.min(height, bounds.bottom),
  };
}
