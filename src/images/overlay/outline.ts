import type { Size } from '../../renditions/boxes.js';
import type { Point, Polygon, Transform } from './mark.js';

// Named once: looked up in a loop over millions of points, globals dominate it under the tests' module loader.
const { floor, hypot, max, min } = Math;

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * The polygon in pixels of the rendition, whole. A box is first its four corners: turned, it is no box of
 * two points any more.
 */
export function outlineOf({ points }: Polygon, transform: Transform): Point[] {
  const [a, b, c, d, e, f] = transform;
  const [first, second] = points;
  const corners: readonly Point[] =
    points.length === 2 && first && second
      ? [first, [second[0], first[1]], second, [first[0], second[1]]]
      : points;
  return corners.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
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

/** What an outline may cost. */
export interface OutlineLimits {
  points: number;
  /** Of all edges together, in pixels: what a renderer has to walk. */
  length: number;
}

/**
 * The outline within its limits: in ever larger cells as long as it keeps its shape, at last the box around it.
 */
export function reduced(outline: readonly Point[], limits: OutlineLimits, cell: number) {
  let points = thinned(outline, cell);
  if (isWithin(points, limits)) return points;
  const bounds = boundsOf(points);
  const largest = max(bounds.right - bounds.left, bounds.bottom - bounds.top) / 12;
  for (let size = 2 * cell; size <= largest; size *= 2) {
    points = thinned(points, size);
    if (isWithin(points, limits)) return points;
  }
  return cornersOf(bounds);
}

function isWithin(outline: readonly Point[], { points, length }: OutlineLimits): boolean {
  return outline.length <= points && lengthOf(outline) <= length;
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
export function lengthOf(outline: readonly Point[]): number {
  let length = 0;
  let last = outline.at(-1);
  for (const point of outline) {
    if (last) length += hypot(point[0] - last[0], point[1] - last[1]);
    last = point;
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

export function boundsOf(outline: readonly Point[]): Bounds {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of outline) {
    bounds.left = min(bounds.left, x);
    bounds.top = min(bounds.top, y);
    bounds.right = max(bounds.right, x);
    bounds.bottom = max(bounds.bottom, y);
  }
  return bounds;
}

/** The outline as data of an SVG path, closed, to `digits` digits. */
export function pathOf(outline: readonly Point[], digits: number): string {
  const corners = outline.map(([x, y]) => `${shortNumber(x, digits)} ${shortNumber(y, digits)}`);
  return `M${corners.join('L')}Z`;
}

/** Without trailing zeros and exponents. */
export function shortNumber(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
