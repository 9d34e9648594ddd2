import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Point } from './polygon.js';
import { polygonGeometryFaults } from './polygon-geometry.js';

type Vector = readonly [x: bigint, y: bigint];

/** A float64 number in units of the smallest one, 2^-1074: found by doubling, not by its bits. */
function inSmallestUnits(value: number): bigint {
  let [scaled, doublings] = [value, 0n];
  while (!Number.isInteger(scaled)) [scaled, doublings] = [scaled * 2, doublings + 1n];
  return BigInt(scaled) << (1074n - doublings);
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1]];
const cross = (a: Vector, b: Vector): bigint => a[0] * b[1] - a[1] * b[0];
const dot = (a: Vector, b: Vector): bigint => a[0] * b[0] + a[1] * b[1];
/** Whether 0 < numerator / denominator < 1. */
const isInside = (numerator: bigint, denominator: bigint): boolean =>
  denominator > 0n
    ? numerator > 0n && numerator < denominator
    : numerator < 0n && numerator > denominator;

/** Solves for where the two lines meet, in fractions, instead of asking for sides. */
function interiorsMeet([p, pEnd]: [Vector, Vector], [q, qEnd]: [Vector, Vector]): boolean {
  const [r, s, between] = [minus(pEnd, p), minus(qEnd, q), minus(q, p)];
  if (dot(r, r) === 0n || dot(s, s) === 0n) return false;
  const denominator = cross(r, s);
  if (denominator !== 0n) {
    return isInside(cross(between, s), denominator) && isInside(cross(between, r), denominator);
  }
  if (cross(between, r) !== 0n) return false;
  const [start, end] = [dot(between, r), dot(minus(qEnd, p), r)];
  const [low, high] = start < end ? [start, end] : [end, start];
  return low < dot(r, r) && high > 0n;
}

/** What the rules say of a ring of three or more points, by comparing every edge with every other. */
function expectedPaths(points: readonly Point[]): string[] {
  const corners = points.map(([x, y]): Vector => [inSmallestUnits(x), inSmallestUnits(y)]);
  const edges = corners.map((corner, index): [Vector, Vector] => [
    corner,
    corners[(index + 1) % corners.length]!,
  ]);
  if (edges.filter(([a, b]) => a[0] !== b[0] || a[1] !== b[1]).length < 3) {
    const index = corners.findIndex(
      (corner, at) => at > 0 && minus(corner, corners[at - 1]!).every((d) => d === 0n),
    );
    return [`points/${index < 0 ? points.length - 1 : index}`];
  }
  const paths = edges.reduce((sum, [a, b]) => sum + cross(a, b), 0n) === 0n ? ['points'] : [];
  const later = edges.findIndex((edge, index) =>
    edges.slice(0, index).some((earlier) => interiorsMeet(earlier, edge)),
  );
  if (later < 0) return paths;
  const earlier = edges.findIndex((edge) => interiorsMeet(edge, edges[later]!));
  return [...paths, `points/${later} with ${earlier}`];
}

function foundPaths(points: readonly Point[]): string[] {
  return polygonGeometryFaults(points).map(({ path, detail }) => {
    const earlier = /(?:crosses|overlaps) the edge from point (\d+)/.exec(detail)?.[1];
    return path.join('/') + (earlier ? ` with ${earlier}` : '');
  });
}

const grid = (size: number) =>
  fc.tuple(fc.integer({ min: 0, max: size }), fc.integer({ min: 0, max: size }));
const ringOn = (size: number, maxLength: number) =>
  fc.array(grid(size), { minLength: 3, maxLength, size: 'max' });

/** A drawing that leaves out each point whose edge would meet an earlier one: much touching. */
function withoutMeetings(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  const drawn: [Vector, Vector][] = [];
  for (const [x, y] of points) {
    const last = kept.at(-1);
    const edge: [Vector, Vector] = [
      last ? [BigInt(last[0]), BigInt(last[1])] : [BigInt(x), BigInt(y)],
      [BigInt(x), BigInt(y)],
    ];
    if (drawn.some((earlier) => interiorsMeet(earlier, edge))) continue;
    drawn.push(edge);
    kept.push([x, y]);
  }
  return kept;
}

const starShaped = fc
  .array(fc.tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.integer({ min: 1, max: 99 })), {
    minLength: 4,
    maxLength: 200,
    size: 'max',
  })
  .map((rays) =>
    rays.map(([jitter, radius], index): Point => {
      const angle = ((index + jitter) * 2 * Math.PI) / rays.length;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
  );

/** Acceptance, without the pointers: those depend on where the drawing starts. */
const kindsOfFaults = (points: readonly Point[]) =>
  polygonGeometryFaults(points).map(({ detail }) => detail.replace(/starts.*/, 'meets'));

describe('polygonGeometryFaults, compared with every edge against every other', () => {
  it.each([
    [2, 7],
    [3, 12],
    [6, 40],
    [40, 60],
  ])('agrees on rings with corners on a grid of %i', (size, maxLength) => {
    fc.assert(
      fc.property(ringOn(size, maxLength), (points) => {
        expect(foundPaths(points)).toEqual(expectedPaths(points));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees on long drawings that touch themselves wherever they can', () => {
    const drawing = ringOn(7, 90).map(withoutMeetings);
    fc.assert(
      fc.property(drawing, (points) => {
        fc.pre(points.length > 2);
        expect(foundPaths(points)).toEqual(expectedPaths(points));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees at any scale, each axis for itself, down to the smallest numbers there are', () => {
    const power = fc.integer({ min: -1074, max: 1020 });
    fc.assert(
      fc.property(ringOn(4, 12), power, power, (points, xPower, yPower) => {
        const scaled = points.map(([x, y]): Point => [x * 2 ** xPower, y * 2 ** yPower]);
        expect(foundPaths(scaled)).toEqual(expectedPaths(points));
      }),
    );
  });

  it('agrees on numbers of every magnitude in one ring', () => {
    const magnitude = fc.constantFrom(0, 5e-324, 1e-300, 2e-300, 1, 3, 50, 1e300, 1.7e308);
    const coordinate = fc.oneof(
      magnitude,
      magnitude.map((value) => -value),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const ring = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(ring, (points) => {
        expect(foundPaths(points)).toEqual(expectedPaths(points));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees on nearly collinear corners, a few units in the last place apart', () => {
    const unit = 2 ** -53;
    const near = fc
      .tuple(fc.constantFrom(0.5, 0.75, 1, 12, 24), fc.integer({ min: -4, max: 4 }))
      .chain(([place, units]) => fc.constant([place, place + units * unit * 16] as Point));
    fc.assert(
      fc.property(fc.array(near, { minLength: 3, maxLength: 9 }), (points) => {
        expect(foundPaths(points)).toEqual(expectedPaths(points));
      }),
      { numRuns: 500 },
    );
  });
});

describe('polygonGeometryFaults, whatever the drawing', () => {
  it('accepts what a person draws around a centre', () => {
    fc.assert(
      fc.property(starShaped, (points) => {
        expect(foundPaths(points)).toEqual([]);
      }),
    );
  });

  it('refuses a star-shaped ring with two far corners exchanged', () => {
    fc.assert(
      fc.property(starShaped, (points) => {
        fc.pre(points.length > 7);
        const swapped = [...points];
        [swapped[1], swapped[4]] = [points[4]!, points[1]!];
        expect(foundPaths(swapped)).toEqual(expectedPaths(swapped));
      }),
    );
  });

  it('does not mind the starting corner, the direction, the place or a closing point', () => {
    fc.assert(
      fc.property(ringOn(4, 14), fc.nat(), grid(1000), (points, turn, [dx, dy]) => {
        const start = turn % points.length;
        const turned = [...points.slice(start), ...points.slice(0, start)];
        const kinds = kindsOfFaults(points);
        expect(kindsOfFaults(turned)).toEqual(kinds);
        expect(kindsOfFaults([...points].reverse())).toEqual(kinds);
        expect(kindsOfFaults(points.map(([x, y]) => [x + dx, y - dy]))).toEqual(kinds);
        expect(kindsOfFaults([...points, points[0]!])).toEqual(kinds);
        expect(kindsOfFaults(points.map(([x, y]) => [y, x]))).toEqual(kinds);
      }),
      { numRuns: 500 },
    );
  });
});
