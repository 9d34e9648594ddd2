import { isDeepStrictEqual } from 'node:util';
import { areaOf, type Point } from './polygon.js';
import { type Edges, sharedArea } from './shared-area.js';

/** An outer ring, or two corners of a box, and the holes in it. */
type Rings = readonly (readonly Point[])[];

/**
 * How much two polygons are one and the same, from 0 (nothing in common) to 1 (equal): the area that is in both by
 * the area that is in any, without their holes. Correct to about nine digits; rings may be concave, two points are a
 * box. A ring that touches itself counts by its winding, as its `area` does.
 *
 * @param one 2 to 10,000 points of a possible polygon; so is the other. The worst of them take about a second, in
 *   small pieces between which other work goes on.
 */
export async function intersectionOverUnion(one: Rings, other: Rings): Promise<number> {
  if (isDeepStrictEqual(one, other)) return 1;
  const frame = frameOf(one[0] ?? [], other[0] ?? []);
  if (!frame) return 0;
  const [a, b] = [one, other].map((rings) => rings.map((ring) => inFrame(ringOf(ring), frame)));
  if (!a || !b) return 0;
  const shared = Math.abs(await sharedArea(edgesOf(a), edgesOf(b)));
  const either = insideArea(a) + insideArea(b) - shared;
  // Neither may leave its range by rounding.
  return either > 0 ? Math.min(1, Math.max(0, shared / either)) : 1;
}

interface Frame {
  left: number;
  top: number;
  /** Halves, because the whole of the widest frame is no float64. */
  halfWidth: number;
  halfHeight: number;
}

/** The box around both polygons; undefined if the boxes around each have nothing in common. */
function frameOf(one: readonly Point[], other: readonly Point[]): Frame | undefined {
  const [a, b] = [cornersOf(one), cornersOf(other)];
  const isApart = a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
  if (isApart) return undefined;
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  const halfWidth = Math.max(a.right, b.right) / 2 - left / 2;
  const halfHeight = Math.max(a.bottom, b.bottom) / 2 - top / 2;
  return { left, top, halfWidth, halfHeight };
}

function cornersOf(points: readonly Point[]) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
}

/** Coordinates from 0 to 1 of the frame: areas are compared, so that their unit does not matter. */
function inFrame(points: readonly Point[], { left, top, halfWidth, halfHeight }: Frame): Point[] {
  return points.map(([x, y]) => [(x / 2 - left / 2) / halfWidth, (y / 2 - top / 2) / halfHeight]);
}

function ringOf(points: readonly Point[]): readonly Point[] {
  const [first, second] = points;
  if (points.length > 2 || !first || !second) return points;
  return [first, [second[0], first[1]], second, [first[0], second[1]]];
}

/** The outer ring runs one way and all holes the other, so that what is in a hole counts for nothing. */
function directed(rings: Rings): Rings {
  return rings.map((ring, place) =>
    isClockwise(ring) === (place === 0) ? ring : [...ring].reverse(),
  );
}

function isClockwise(ring: readonly Point[]): boolean {
  let twice = 0;
  let [lastX, lastY] = ring.at(-1) ?? [0, 0];
  for (const [x, y] of ring) {
    twice += lastX * y - x * lastY;
    [lastX, lastY] = [x, y];
  }
  return twice > 0;
}

function insideArea([outer = [], ...holes]: Rings): number {
  return holes.reduce((left, hole) => left - areaOf(hole), areaOf(outer));
}

function edgesOf(rings: Rings): Edges {
  const edges = directed(rings)
    .flatMap((ring) =>
      ring.map((from, place) => [from, ring[(place + 1) % ring.length] ?? from] as const),
    )
    // What stands upright has nothing below it.
    .filter(([from, to]) => from[0] !== to[0])
    .map(([from, to]) =>
      from[0] < to[0] ? { from, to, sign: 1 } : { from: to, to: from, sign: -1 },
    )
    .sort((one, other) => one.from[0] - other.from[0]);
  return {
    count: edges.length,
    lefts: Float64Array.from(edges, ({ from }) => from[0]),
    rights: Float64Array.from(edges, ({ to }) => to[0]),
    heights: Float64Array.from(edges, ({ from }) => from[1]),
    slopes: Float64Array.from(edges, ({ from, to }) => (to[1] - from[1]) / (to[0] - from[0])),
    signs: Float64Array.from(edges, ({ sign }) => sign),
  };
}
