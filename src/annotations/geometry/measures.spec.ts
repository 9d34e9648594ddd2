import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Geometries } from './geometry.js';
import { measuresOfGeometry } from './measures.js';
import type { Point } from './polygon.js';

const NOTHING: Geometries = { polygon: null, box: null, polyline: null, points: null, mask: null };
const measuresOf = (geometry: Partial<Geometries>) =>
  measuresOfGeometry({ ...NOTHING, ...geometry });
const centroidOf = (...rings: Point[][]) => measuresOf({ polygon: { rings } }).centroid!;

/** Whole numbers, of which the oracle makes exact fractions. */
const corner = fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 }));
const rings = fc.array(corner, { minLength: 3, maxLength: 30 });

/** By triangles between each edge and the first corner, in integers; undefined where they cancel each other. */
function byTriangles(ring: readonly Point[]): Point | undefined {
  const [origin = [0, 0]] = ring;
  let [area, x, y] = [0n, 0n, 0n];
  ring.slice(1).forEach(([endX, endY], place) => {
    const [startX, startY] = ring[place]!;
    const [a, b] = [BigInt(startX - origin[0]), BigInt(startY - origin[1])];
    const [c, d] = [BigInt(endX - origin[0]), BigInt(endY - origin[1])];
    const twice = a * d - b * c;
    area += twice;
    x += twice * (a + c);
    y += twice * (b + d);
  });
  if (area === 0n) return undefined;
  return [origin[0] + Number(x) / 3 / Number(area), origin[1] + Number(y) / 3 / Number(area)];
}

describe('the centroid of a ring', () => {
  it('is that of its triangles, or the nearest place in its box', () => {
    fc.assert(
      fc.property(rings, (ring) => {
        const expected = byTriangles(ring);
        fc.pre(expected !== undefined);
        const { bbox, centroid } = measuresOf({ polygon: { points: ring } });
        const [left, top, width, height] = bbox!;
        expect(centroid![0]).toBeCloseTo(Math.min(left + width, Math.max(left, expected[0])), 6);
        expect(centroid![1]).toBeCloseTo(Math.min(top + height, Math.max(top, expected[1])), 6);
      }),
      { numRuns: 500 },
    );
  });

  it('goes along wherever the ring is brought, at any size', () => {
    const power = fc.integer({ min: -500, max: 500 });
    fc.assert(
      fc.property(rings, power, power, (ring, xPower, yPower) => {
        fc.pre(byTriangles(ring) !== undefined);
        const [x, y] = centroidOf(ring);
        const scaled = centroidOf(
          ring.map(([px, py]): Point => [px * 2 ** xPower, py * 2 ** yPower]),
        );
        expect(scaled[0] / 2 ** xPower).toBeCloseTo(x, 6);
        expect(scaled[1] / 2 ** yPower).toBeCloseTo(y, 6);
        const far = centroidOf(ring.map(([px, py]): Point => [px + 2 ** 40, py - 2 ** 40]));
        expect(far[0] - 2 ** 40).toBeCloseTo(x, 3);
        expect(far[1] + 2 ** 40).toBeCloseTo(y, 3);
      }),
    );
  });

  it('is the same drawn the other way round, closed, or from another corner', () => {
    fc.assert(
      fc.property(rings, fc.nat(), (ring, turn) => {
        fc.pre(byTriangles(ring) !== undefined);
        const start = turn % ring.length;
        const [x, y] = centroidOf(ring);
        for (const same of [
          [...ring].reverse(),
          [...ring, ring[0]!],
          [...ring.slice(start), ...ring.slice(0, start)],
        ]) {
          expect(centroidOf(same)[0]).toBeCloseTo(x, 6);
          expect(centroidOf(same)[1]).toBeCloseTo(y, 6);
        }
      }),
    );
  });
});

describe('measures of rings with holes', () => {
  const square = (left: number, top: number, side: number): Point[] => [
    [left, top],
    [left + side, top],
    [left + side, top + side],
    [left, top + side],
  ];

  it('are those of what is left, whichever way the holes are drawn', () => {
    const hole = square(6, 0, 4);
    for (const drawn of [hole, [...hole].reverse()]) {
      const { bbox, area, centroid } = measuresOf({
        polygon: { rings: [square(0, 0, 10), drawn] },
      });
      expect([bbox, area]).toEqual([[0, 0, 10, 10], 84]);
      expect(centroid?.[0]).toBeCloseTo((500 - 16 * 8) / 84, 9);
      expect(centroid?.[1]).toBeCloseTo((500 - 16 * 2) / 84, 9);
    }
  });

  it('are exact where hardly anything is left', () => {
    const thin = [square(0, 0, 1e6), square(1e-9, 1e-9, 1e6 - 2e-9)];
    const [x, y] = measuresOf({ polygon: { rings: thin } }).centroid!;
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(1e6);
    expect(y).toBeCloseTo(x, 0);
  });
});

describe('measures of numbers at the end of float64', () => {
  it.each<[string, Partial<Geometries>]>([
    ['a box', { box: { x: 1.7e308, y: -1.7e308, width: 1.7e308, height: 1e308 } }],
    [
      'a box of corners',
      {
        polygon: {
          points: [
            [-1.7e308, 0],
            [1.7e308, 1],
          ],
        },
      },
    ],
    [
      'a ring',
      {
        polygon: {
          points: [
            [-1.7e308, 0],
            [1.7e308, 0],
            [0, 1.7e308],
          ],
        },
      },
    ],
    [
      'a line',
      {
        polyline: {
          points: [
            [-1.7e308, 0],
            [1.7e308, 1.7e308],
            [0, 0],
          ],
        },
      },
    ],
    [
      'keypoints',
      {
        points: {
          points: [
            [1.7e308, 1],
            [1.7e308, 1],
          ],
          visibility: [1, 2],
        },
      },
    ],
  ])('of %s are numbers', (_, geometry) => {
    const { bbox, area, centroid } = measuresOf(geometry);
    for (const value of [...bbox!, area ?? 0, ...centroid!])
      expect(Number.isFinite(value)).toBe(true);
  });
});
