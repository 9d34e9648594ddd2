import type { Size } from '../../renditions/boxes.js';
import type { Point, Transform } from './mark.js';

// Named once: looked up in a loop over millions of points, globals dominate it under the tests' module loader.
const { floor, hypot, max, min } = Math;
const { isInteger } = Number;

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Lets requests that wait go on before much more is done. */
export function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A line through points; a closed one goes on from its last to its first. */
export interface Line {
  points: readonly Point[];
  isClosed: boolean;
}

/** Points of the upright picture in pixels of the rendition. */
export function placed(points: readonly Point[], [a, b, c, d, e, f]: Transform): Point[] {
  return points.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
}

/**
 * What of the outline lies in the picture and `margin` pixels around it (Sutherland and Hodgman, 1974). Edges
 * along the cut lie in the margin, where nobody sees them. A renderer counts in 24 bits: of a few
 * pixels, enlarged to a whole rendition, the rest of the polygon would otherwise come round at the other end.
 */
export function clipped(outline: readonly Point[], { width, height }: Size, margin: number) {
  const sides: [axis: 0 | 1, limit: number, sign: 1 | -1][] = [
    [0, -margin, 1],
    [0, width + margin, -1],
    [1, -margin, 1],
    [1, height + margin, -1],
  ];
  return sides.reduce<readonly Point[]>(
    (points, [axis, limit, sign]) => cutAt(points, axis, limit, sign),
    outline,
  );
}

function cutAt(points: readonly Point[], axis: 0 | 1, limit: number, sign: 1 | -1) {
  const isInside = (point: Point) => (point[axis] - limit) * sign >= 0;
  if (points.every(isInside)) return points;
  const kept: Point[] = [];
  let last = points.at(-1);
  for (const point of points) {
    if (last && isInside(last) !== isInside(point)) {
      const share = (limit - last[axis]) / (point[axis] - last[axis]);
      const other = axis === 0 ? 1 : 0;
      const crossing = last[other] + share * (point[other] - last[other]);
      kept.push(axis === 0 ? [limit, crossing] : [crossing, limit]);
    }
    if (isInside(point)) kept.push(point);
    last = point;
  }
  return kept;
}

/** The same of an open line: its pieces (Liang and Barsky, 1984). */
export function clippedOpen(
  points: readonly Point[],
  { width, height }: Size,
  margin: number,
): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  let last: Point | undefined;
  for (const point of points) {
    const part = last && partInside(last, point, width, height, margin);
    if (last && part) {
      const [from, to] = part;
      if (piece.length === 0 || from > 0) {
        piece = [between(last, point, from)];
        pieces.push(piece);
      }
      piece.push(between(last, point, to));
      if (to < 1) piece = [];
    } else piece = [];
    last = point;
  }
  return pieces;
}

/** Which part of the way from one point to another lies inside: 0 to 1. */
function partInside(
  [x1, y1]: Point,
  [x2, y2]: Point,
  width: number,
  height: number,
  margin: number,
): [from: number, to: number] | undefined {
  let [from, to] = [0, 1];
  const sides = [
    [x1 - x2, x1 + margin],
    [x2 - x1, width + margin - x1],
    [y1 - y2, y1 + margin],
    [y2 - y1, height + margin - y1],
  ] as const;
  for (const [towards, room] of sides) {
    if (towards === 0 && room < 0) return undefined;
    if (towards < 0) from = max(from, room / towards);
    if (towards > 0) to = min(to, room / towards);
  }
  return from <= to ? [from, to] : undefined;
}

function between([x1, y1]: Point, [x2, y2]: Point, share: number): Point {
  return share === 1 ? [x2, y2] : [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
}

/** Without points that fall into the same cell of `cell` pixels as the one before. */
export function thinned(outline: readonly Point[], cell: number): readonly Point[] {
  const kept: Point[] = [];
  let lastColumn = NaN;
  let lastRow = NaN;
  for (const point of outline) {
    const column = floor(point[0] / cell);
    const row = floor(point[1] / cell);
    if (column === lastColumn && row === lastRow) continue;
    kept.push(point);
    lastColumn = column;
    lastRow = row;
  }
  return kept;
}

/** What the lines of a mark may cost. */
export interface OutlineLimits {
  points: number;
  /** Of all edges together, in pixels: what a renderer has to walk. */
  length: number;
}

/**
 * The lines within their limits: in ever larger cells as long as they keep their shape, at last the box around them.
 */
export function reduced(
  lines: readonly Line[],
  limits: OutlineLimits,
  cell: number,
): readonly Line[] {
  let kept = thinnedLines(lines, cell);
  if (isWithin(kept, limits)) return kept;
  const bounds = boundsOf(kept);
  const largest = max(bounds.right - bounds.left, bounds.bottom - bounds.top) / 12;
  for (let size = 2 * cell; size <= largest; size *= 2) {
    kept = thinnedLines(kept, size);
    if (isWithin(kept, limits)) return kept;
  }
  return [{ points: cornersOf(bounds), isClosed: true }];
}

function thinnedLines(lines: readonly Line[], cell: number): readonly Line[] {
  const thin = lines.map(({ points, isClosed }) => ({ points: thinned(points, cell), isClosed }));
  const seen = thin.filter(({ points }) => points.length > 1);
  return seen.length > 0 ? seen : thin.slice(0, 1);
}

function isWithin(lines: readonly Line[], { points, length }: OutlineLimits): boolean {
  const count = lines.reduce((sum, line) => sum + line.points.length, 0);
  return count <= points && lengthOf(lines) <= length;
}

function cornersOf({ left, top, right, bottom }: Bounds): readonly Point[] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** Of all edges, in pixels. */
export function lengthOf(lines: readonly Line[]): number {
  let length = 0;
  for (const { points, isClosed } of lines) {
    let last = isClosed ? points.at(-1) : points[0];
    for (const point of points) {
      if (last) length += hypot(point[0] - last[0], point[1] - last[1]);
      last = point;
    }
  }
  return length;
}

/** Square pixels, by the shoelace formula. */
export function areaOf(outline: readonly Point[]): number {
  let doubled = 0;
  let last = outline.at(-1);
  for (const point of outline) {
    if (last) doubled += last[0] * point[1] - point[0] * last[1];
    last = point;
  }
  return Math.abs(doubled) / 2;
}

export function boundsOf(lines: readonly Line[]): Bounds {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { points } of lines) {
    for (const [x, y] of points) {
      bounds.left = min(bounds.left, x);
      bounds.top = min(bounds.top, y);
      bounds.right = max(bounds.right, x);
      bounds.bottom = max(bounds.bottom, y);
    }
  }
  return bounds;
}

/** The lines as data of an SVG path, to `digits` digits. */
export function pathOf(lines: readonly Line[], digits: number): string {
  return lines
    .map(({ points, isClosed }) => {
      const corners = points.map(([x, y]) => `${shortNumber(x, digits)} ${shortNumber(y, digits)}`);
      return `M${corners.join('L')}${isClosed ? 'Z' : ''}`;
    })
    .join('');
}

/** Without trailing zeros and exponents. */
export function shortNumber(value: number, digits: number): string {
  // Most corners of enlarged masks are whole, and to write digits out only to cut them off takes long.
  return String(isInteger(value) ? value : Number(value.toFixed(digits)));
}
