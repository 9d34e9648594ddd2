import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Point } from '../polygon.js';
import { polygonGeometryFaults } from '../polygon-geometry.js';
import { repairedPolygon } from './polygon-repair.js';
import { repeatsNeighbours } from './ring-repair.js';

const { hypot, max, min, PI, cos, sin } = Math;
const HALF = 0.5 + 1e-6;

/** A person's drawing around a place: corners about five pixels apart, never near another stretch of the outline. */
const drawing = fc
  .array(
    fc.tuple(
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 60, max: 75, noNaN: true }),
    ),
    { minLength: 5, maxLength: 70, size: 'max' },
  )
  .map((rays) =>
    rays.map(([jitter, radius], index): Point => {
      const angle = ((index + jitter) * 2 * PI) / rays.length;
      return [100 + radius * cos(angle), 100 + radius * sin(angle)];
    }),
  );

const away = (most: number) =>
  fc
    .tuple(
      fc.double({ min: 0, max: most, noNaN: true }),
      fc.double({ min: 0, max: 2 * PI, noNaN: true }),
    )
    .map(([distance, angle]): Point => [distance * cos(angle), distance * sin(angle)]);

/** What hands and tools do to a corner: each adds points behind it, none of them farther than half a pixel from it. */
const fault = fc.oneof(
  fc.constant((corner: Point): Point[] => [corner]),
  fc.constant((corner: Point): Point[] => [corner, corner, corner]),
  // A spike out and back.
  away(0.49).map((tip) => (corner: Point): Point[] => [moved(corner, tip), corner]),
  // A scribble of a few points, with all the crossings that it has.
  fc.array(away(0.24), { minLength: 2, maxLength: 6 }).map(
    (steps) =>
      (corner: Point): Point[] =>
        steps.map((step) => moved(corner, step)),
  ),
);

const faulty = fc
  .tuple(drawing, fc.array(fc.tuple(fc.nat(), fault), { minLength: 1, maxLength: 8 }))
  .map(([points, faults]) => {
    const added = new Map(faults.map(([place, add]) => [place % points.length, add]));
    return points.flatMap((point, place): Point[] => [point, ...(added.get(place)?.(point) ?? [])]);
  });

/** Anything at all: scribbles on a grid of half pixels, with every kind of touch, overlap and crossing. */
const scribble = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }))
    .map(([x, y]): Point => [x / 2, y / 2]),
  { minLength: 3, maxLength: 16, size: 'max' },
);

function moved([x, y]: Point, [dx, dy]: Point): Point {
  return [x + dx, y + dy];
}

/** The farthest that a place on one outline is from the other one, looked at every tenth of a pixel where they differ. */
function farthest(from: readonly Point[], to: readonly Point[]): number {
  let found = 0;
  for (const [place, [ax, ay]] of from.entries()) {
    const [bx, by] = from[(place + 1) % from.length]!;
    if (hasEdge(to, [ax, ay], [bx, by])) continue;
    const steps = max(1, Math.ceil(hypot(bx - ax, by - ay) / 0.1));
    for (let step = 0; step < steps; step += 1) {
      const point: Point = [ax + ((bx - ax) * step) / steps, ay + ((by - ay) * step) / steps];
      found = max(found, distanceTo(to, point));
    }
  }
  return found;
}

function hasEdge(ring: readonly Point[], [ax, ay]: Point, [bx, by]: Point): boolean {
  return ring.some(([x, y], place) => {
    const [nextX, nextY] = ring[(place + 1) % ring.length]!;
    return x === ax && y === ay && nextX === bx && nextY === by;
  });
}

function distanceTo(ring: readonly Point[], [x, y]: Point): number {
  let nearest = Infinity;
  for (const [place, [ax, ay]] of ring.entries()) {
    const [bx, by] = ring[(place + 1) % ring.length]!;
    const square = (bx - ax) ** 2 + (by - ay) ** 2;
    const share = square === 0 ? 0 : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square;
    const along = min(max(share, 0), 1);
    nearest = min(nearest, hypot(ax + along * (bx - ax) - x, ay + along * (by - ay) - y));
  }
  return nearest;
}

/** Whether the interiors of two edges cross, by solving for the place in fractions of whole numbers. */
function crossesItself(points: readonly Point[]): boolean {
  const exact = points.map(([x, y]) => [BigInt(x * 2 ** 48), BigInt(y * 2 ** 48)] as const);
  const side = (a: number, b: number, c: number) => {
    const [[ax, ay], [bx, by], [cx, cy]] = [exact[a]!, exact[b]!, exact[c]!];
    const value = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    return value > 0n ? 1 : value < 0n ? -1 : 0;
  };
  const count = points.length;
  for (let a = 0; a < count; a += 1)
    for (let c = 0; c < a; c += 1) {
      const [b, d] = [(a + 1) % count, (c + 1) % count];
      if (areApart(points[a]!, points[b]!, points[c]!, points[d]!)) continue;
      if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true;
    }
  return false;
}

function areApart(a: Point, b: Point, c: Point, d: Point): boolean {
  return [0, 1].some(
    (axis) =>
      max(a[axis]!, b[axis]!) < min(c[axis]!, d[axis]!) ||
      max(c[axis]!, d[axis]!) < min(a[axis]!, b[axis]!),
  );
}

/** What was promised of whatever was repaired. */
function expectRepaired(sent: readonly Point[], points: readonly Point[]): void {
  expect(polygonGeometryFaults(points)).toEqual([]);
  expect(repeatsNeighbours(points)).toBe(false);
  expect(farthest(sent, points)).toBeLessThanOrEqual(HALF);
  expect(farthest(points, sent)).toBeLessThanOrEqual(HALF);
  const again = repairedPolygon({ points });
  expect(again.geometry.points).toBe(points);
  expect(again.repairs).toEqual([]);
}

describe('repairedPolygon, whatever the drawing', () => {
  it('leaves one without faults exactly as it is', () => {
    fc.assert(
      fc.property(drawing, (points) => {
        const polygon = { points };
        const { geometry, repairs } = repairedPolygon(polygon);
        expect(geometry).toBe(polygon);
        expect(repairs).toEqual([]);
      }),
    );
  });

  it('repairs faults of less than half a pixel, by no more than half a pixel', () => {
    fc.assert(
      fc.property(faulty, (sent) => {
        fc.pre(polygonGeometryFaults(sent).length > 0 || repeatsNeighbours(sent));
        const { geometry, repairs } = repairedPolygon({ points: sent });
        expect(repairs).not.toEqual([]);
        const points = geometry.points ?? [];
        expectRepaired(sent, points);
        expect(crossesItself(points)).toBe(false);
        for (const { path } of repairs) expect(sent[Number(path[1])]).toBeDefined();
      }),
      { numRuns: 120 },
    );
  });

  it('repairs a ring that goes on over its beginning, beside it by less than half a pixel', () => {
    const overshoot = fc.tuple(
      drawing,
      fc.integer({ min: 1, max: 2 }),
      fc.array(away(0.2), { minLength: 2, maxLength: 2 }),
    );
    fc.assert(
      fc.property(overshoot, ([points, length, steps]) => {
        const again = points.slice(0, length).map((point, place) => moved(point, steps[place]!));
        const sent = [...points, ...again];
        fc.pre(polygonGeometryFaults(sent).length > 0);
        const { geometry } = repairedPolygon({ points: sent });
        expectRepaired(sent, geometry.points ?? []);
      }),
      { numRuns: 120 },
    );
  });

  it('repairs a scribble within half a pixel, or leaves it whole', () => {
    let repaired = 0;
    fc.assert(
      fc.property(scribble, (sent) => {
        const polygon = { points: sent };
        const { geometry, repairs } = repairedPolygon(polygon);
        if (repairs.length === 0) expect(geometry).toBe(polygon);
        else {
          expectRepaired(sent, geometry.points ?? []);
          repaired += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(repaired).toBeGreaterThan(20);
  });

  it('does the same each time, and nothing to what it is given', () => {
    fc.assert(
      fc.property(faulty, (sent) => {
        const copy = structuredClone(sent);
        const once = repairedPolygon({ points: sent });
        expect(sent).toEqual(copy);
        expect(repairedPolygon({ points: copy })).toEqual(once);
      }),
    );
  });

  it('never undoes a figure of eight whose lobes are larger', () => {
    const lobes = fc.tuple(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 60 }));
    fc.assert(
      fc.property(lobes, lobes, ([width, left], [height, right]) => {
        const sent: Point[] = [
          [0, 0],
          [left + right, height],
          [left + right, 0],
          [0, width],
        ];
        fc.pre(polygonGeometryFaults(sent).length > 0);
        expect(repairedPolygon({ points: sent }).repairs).toEqual([]);
      }),
    );
  });
});
