import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holedGeometryFaults } from './holed-geometry.js';
import type { Point } from './polygon.js';

type Edge = readonly [from: Point, to: Point];

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
const cross = (a: Point, b: Point) => a[0] * b[1] - a[1] * b[0];
const dot = (a: Point, b: Point) => a[0] * b[0] + a[1] * b[1];
const edgesOf = (ring: readonly Point[]) =>
  ring.map((from, at): Edge => [from, ring[(at + 1) % ring.length]!]);
const isStrictlyBetween = (numerator: number, denominator: number) =>
  denominator > 0
    ? numerator > 0 && numerator < denominator
    : numerator < 0 && numerator > denominator;

/** By solving for the place where the two lines meet; whole numbers, so that nothing is rounded. */
function interiorsMeet([p, pEnd]: Edge, [q, qEnd]: Edge): boolean {
  const [r, s, between] = [minus(pEnd, p), minus(qEnd, q), minus(q, p)];
  if (dot(r, r) === 0 || dot(s, s) === 0) return false;
  const denominator = cross(r, s);
  if (denominator !== 0)
    return (
      isStrictlyBetween(cross(between, s), denominator) &&
      isStrictlyBetween(cross(between, r), denominator)
    );
  if (cross(between, r) !== 0) return false;
  const [start, end] = [dot(between, r), dot(minus(qEnd, p), r)];
  return Math.min(start, end) < dot(r, r) && Math.max(start, end) > 0;
}

/**
 * Cuts the plane into upright strips between neighbouring corners, and each into the parts between its edges: of each
 * part it is counted, edge by edge, which rings it is inside of.
 */
function expectedHoles(rings: readonly Point[][]): string[] {
  const details = new Map<number, string>();
  const corners = [...new Set(rings.flat().map(([x]) => x))].sort((a, b) => a - b);
  const edges = rings.flatMap((ring, number) => edgesOf(ring).map((edge) => ({ edge, number })));
  for (const [place, left] of corners.slice(0, -1).entries()) {
    const x = (left + corners[place + 1]!) / 2;
    const cut = edges
      .filter(({ edge: [a, b] }) => Math.min(a[0], b[0]) < x && Math.max(a[0], b[0]) > x)
      .map(({ edge: [a, b], number }) => ({
        number,
        y: a[1] + ((b[1] - a[1]) * (x - a[0])) / (b[0] - a[0]),
      }))
      .sort((one, other) => one.y - other.y);
    const inside = new Set<number>();
    for (const { number } of cut) {
      if (!inside.delete(number)) inside.add(number);
      const holes = [...inside].filter((one) => one > 0).sort((a, b) => a - b);
      for (const [at, hole] of holes.entries())
        if (!inside.has(0)) details.set(hole, `${hole} outside`);
        else if (at > 0 && !details.has(hole)) details.set(hole, `${hole} overlaps`);
    }
  }
  return [...details.keys()].sort((a, b) => a - b).map(String);
}

function expectedPaths(rings: readonly Point[][]): string[] | undefined {
  const cornerless = rings.some(
    (ring) => edgesOf(ring).filter(([a, b]) => dot(minus(a, b), minus(a, b)) > 0).length < 3,
  );
  if (cornerless) return undefined;
  const flat = rings.flatMap((ring, number) =>
    edgesOf(ring).reduce((sum, [a, b]) => sum + cross(a, b), 0) === 0 ? [String(number)] : [],
  );
  const all = rings.flatMap((ring, number) =>
    edgesOf(ring).map((edge, point) => ({ edge, name: `${number}/${point}` })),
  );
  const later = all.find(({ edge }, index) =>
    all.slice(0, index).some((earlier) => interiorsMeet(earlier.edge, edge)),
  );
  return [...flat, ...(later ? [later.name] : expectedHoles(rings))];
}

const foundPaths = (rings: readonly Point[][]) =>
  holedGeometryFaults(rings).map(({ path }) => path.slice(1).join('/'));

const ringOn = (size: number, maxLength: number) => {
  const coordinate = fc.integer({ min: 0, max: size });
  return fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength, size: 'max' });
};
const square = (left: number, top: number, right: number, bottom: number): Point[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];
/** Wide enough for all that is drawn on a grid, or not quite; with corners in its sides, or without. */
const frameOn = (size: number) =>
  fc.constantFrom<Point[]>(
    square(0, 0, size, size),
    square(-1, -1, size + 1, size + 1),
    square(0, 0, size - 1, size),
    [
      [0, 0],
      [2, 0],
      [size, 0],
      [size, 2],
      [size, size],
      [2, size],
      [0, size],
      [0, 2],
    ],
    [
      [0, 0],
      [size, 0],
      [2, 2],
      [size, size],
      [0, size],
    ],
  );

describe('holedGeometryFaults, compared with every strip of the plane', () => {
  it.each([
    ['any rings', 4, ringOn(4, 5)],
    ['triangles in a frame', 4, frameOn(4)],
    ['triangles in a wider frame', 7, frameOn(7)],
  ])('agrees on %s', (_, size, outer) => {
    const holes = fc.array(ringOn(size, 4), { minLength: 1, maxLength: 4 });
    let judged = 0;
    fc.assert(
      fc.property(outer, holes, (first, others) => {
        const rings = [first, ...others];
        const expected = expectedPaths(rings);
        fc.pre(expected !== undefined);
        if (expected.every((path) => !path.includes('/'))) judged += 1;
        expect(foundPaths(rings)).toEqual(expected);
      }),
      { numRuns: 1_500 },
    );
    // Not only rings that cross each other.
    expect(judged).toBeGreaterThan(20);
  });

  it('agrees wherever the rings are brought, and however they are drawn', () => {
    const holes = fc.array(ringOn(4, 4), { minLength: 1, maxLength: 3 });
    const power = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(frameOn(4), holes, power, power, (first, others, xPower, yPower) => {
        const rings = [first, ...others];
        const expected = expectedPaths(rings);
        fc.pre(expected !== undefined);
        const scaled = rings.map((ring) =>
          ring.map(([x, y]): Point => [x * 2 ** xPower, y * 2 ** yPower]),
        );
        expect(foundPaths(scaled)).toEqual(expected);
        const isPossible = expected.length === 0;
        const reversed = rings.map((ring) => [...ring].reverse());
        const turned = rings.map((ring) => ring.map(([x, y]): Point => [-y, x]));
        expect(foundPaths(reversed).length === 0).toBe(isPossible);
        expect(foundPaths(turned).length === 0).toBe(isPossible);
      }),
      { numRuns: 500 },
    );
  });
});
