import { exactOrientation, type Orientation } from './exact-orientation.js';
import { numberAt } from './number-at.js';
import type { Point } from './polygon.js';

/** How the interiors of two edges meet: in one point, or along a stretch. */
export type Meeting = 'crosses' | 'overlaps';

/**
 * The closed outlines of one or more rings, prepared for questions about their edges. Points are numbered from one
 * ring to the next. Edge k runs from point k to the next of its ring, the last one back to the ring's first; an edge
 * between equal points has no length and meets none.
 *
 * A *place* is the rank of a point from left to right (equal x: by y); equal points share it.
 * Read as a sweep, this order is that of a picture sheared by a hair, so that upright edges need no
 * rule of their own.
 */
export class Outline {
  readonly edgeCount: number;
  /** The numbers of the points, by place. */
  readonly pointsByPlace: Int32Array;
  /** The place of each point. */
  readonly places: Int32Array;
  /** The place where an edge starts in the sweep, and where it ends; equal if it has no length. */
  readonly firstPlaces: Int32Array;
  readonly lastPlaces: Int32Array;
  /** On which side of the line through two places a third lies; exact. */
  readonly orientation: Orientation;
  private readonly lowestYs: Float64Array;
  private readonly highestYs: Float64Array;
  /** The edge that ends in each point. */
  private readonly edgesBefore: Int32Array;

  constructor(...rings: readonly (readonly Point[])[]) {
    const [ring = []] = rings;
    const points = rings.length > 1 ? rings.flat() : ring;
    const count = points.length;
    const xs = Float64Array.from(points, ([x]) => x);
    const ys = Float64Array.from(points, ([, y]) => y);
    this.edgeCount = count;
    this.edgesBefore = edgesBeforePoints(rings, count);
    this.pointsByPlace = sortedByPosition(xs, ys);
    this.places = new Int32Array(count);
    const placeXs = new Float64Array(count);
    const placeYs = new Float64Array(count);
    let place = -1;
    for (const point of this.pointsByPlace) {
      const x = numberAt(xs, point);
      const y = numberAt(ys, point);
      if (place < 0 || x !== placeXs[place] || y !== placeYs[place]) place += 1;
      placeXs[place] = x;
      placeYs[place] = y;
      this.places[point] = place;
    }
    this.orientation = exactOrientation(
      placeXs.subarray(0, place + 1),
      placeYs.subarray(0, place + 1),
    );
    this.firstPlaces = new Int32Array(count);
    this.lastPlaces = new Int32Array(count);
    this.lowestYs = new Float64Array(count);
    this.highestYs = new Float64Array(count);
    for (let end = 0; end < count; end += 1) {
      const edge = numberAt(this.edgesBefore, end);
      const from = numberAt(this.places, edge);
      const to = numberAt(this.places, end);
      this.firstPlaces[edge] = Math.min(from, to);
      this.lastPlaces[edge] = Math.max(from, to);
      this.lowestYs[edge] = Math.min(numberAt(ys, edge), numberAt(ys, end));
      this.highestYs[edge] = Math.max(numberAt(ys, edge), numberAt(ys, end));
    }
  }

  /** The edge that ends in a point; the one that starts there has the point's own number. */
  edgeBefore(point: number): number {
    return numberAt(this.edgesBefore, point);
  }

  /** On which side of an edge under the sweep line another one starts; 0 if it runs along it. */
  sideOf(starting: number, other: number): number {
    const from = numberAt(this.firstPlaces, other);
    const to = numberAt(this.lastPlaces, other);
    return (
      this.orientation(from, to, numberAt(this.firstPlaces, starting)) ||
      this.orientation(from, to, numberAt(this.lastPlaces, starting))
    );
  }

  /**
   * How the interiors of two edges meet, if they do. An end that lies on the other edge, inside it
   * or at its end, is a touch of a vertex and no meeting.
   */
  meeting(one: number, other: number): Meeting | undefined {
    const oneFirst = numberAt(this.firstPlaces, one);
    const oneLast = numberAt(this.lastPlaces, one);
    const otherFirst = numberAt(this.firstPlaces, other);
    const otherLast = numberAt(this.lastPlaces, other);
    if (Math.max(oneFirst, otherFirst) >= Math.min(oneLast, otherLast)) return undefined;
    if (this.isAbove(one, other) || this.isAbove(other, one)) return undefined;
    const firstSide = Math.sign(this.orientation(oneFirst, oneLast, otherFirst));
    const lastSide = Math.sign(this.orientation(oneFirst, oneLast, otherLast));
    // On one line, with a stretch of the sweep in common.
    if (firstSide === 0 && lastSide === 0) return 'overlaps';
    if (firstSide * lastSide !== -1) return undefined;
    const oneFirstSide = Math.sign(this.orientation(otherFirst, otherLast, oneFirst));
    const oneLastSide = Math.sign(this.orientation(otherFirst, otherLast, oneLast));
    return oneFirstSide * oneLastSide === -1 ? 'crosses' : undefined;
  }

  private isAbove(one: number, other: number): boolean {
    return numberAt(this.highestYs, one) < numberAt(this.lowestYs, other);
  }
}

function edgesBeforePoints(rings: readonly (readonly Point[])[], count: number): Int32Array {
  const edges = new Int32Array(count);
  let start = 0;
  for (const { length } of rings) {
    for (let point = start + 1; point < start + length; point += 1) edges[point] = point - 1;
    if (length > 0) edges[start] = start + length - 1;
    start += length;
  }
  return edges;
}

function sortedByPosition(xs: Float64Array, ys: Float64Array): Int32Array {
  const points = Int32Array.from(xs.keys());
  return points.sort((a, b) => compare(xs, a, b) || compare(ys, a, b));
}

function compare(values: Float64Array, a: number, b: number): number {
  const one = numberAt(values, a);
  const other = numberAt(values, b);
  return one < other ? -1 : one > other ? 1 : 0;
}
