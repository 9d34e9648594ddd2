import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { intersectionOverUnion } from './intersection-over-union.js';
import type { Point } from './polygon.js';
import { polygonGeometryFaults } from './polygon-geometry.js';

/** Of polygons without holes. */
const ofRings = (one: readonly Point[], other: readonly Point[]) =>
  intersectionOverUnion([one], [other]);

const box = (left: number, top: number, right: number, bottom: number): Point[] => [
  [left, top],
  [right, bottom],
];

/** Upright teeth below a bar, in as many points as one may have; lying if its sides are exchanged. */
function comb(points: number, isLying: boolean): Point[] {
  const teeth = Math.floor((points - 2) / 4);
  const height = 10 * teeth + 10;
  const ring: Point[] = [[0, 0]];
  for (let tooth = 0; tooth < teeth; tooth += 1) {
    const x = 10 * tooth;
    ring.push([x, height], [x + 5, height], [x + 5, 5], [x + 10, 5]);
  }
  ring.push([10 * teeth, 0]);
  return isLying ? ring.map(([x, y]) => [y, x]) : ring;
}

describe('intersectionOverUnion', () => {
  it.each<[string, Point[], Point[], number]>([
    ['equal boxes', box(0, 0, 4, 4), box(0, 0, 4, 4), 1],
    ['a box and its other corners', box(0, 0, 4, 4), box(4, 0, 0, 4), 1],
    ['a box and it as a ring', box(0, 0, 2, 2), [...box(0, 0, 2, 0), ...box(2, 2, 0, 2)], 1],
    ['boxes with a quarter in common', box(0, 0, 2, 2), box(1, 1, 3, 3), 1 / 7],
    ['boxes side by side', box(0, 0, 2, 2), box(2, 0, 4, 2), 0],
    ['boxes far apart', box(0, 0, 2, 2), box(1e9, 1e9, 1e9 + 2, 1e9 + 2), 0],
    ['a box inside another', box(0, 0, 10, 10), box(4, 4, 5, 5), 0.01],
    [
      'a triangle in its box',
      box(0, 0, 4, 2),
      [
        [0, 0],
        [4, 0],
        [0, 2],
      ],
      0.5,
    ],
    ['a cross of two bars', box(0, 4, 10, 6), box(4, 0, 6, 10), 4 / 36],
    [
      'a U and what stands in it',
      [
        [0, 0],
        [1, 0],
        [1, 2],
        [2, 2],
        [2, 0],
        [3, 0],
        [3, 3],
        [0, 3],
      ],
      box(1, 0, 2, 2),
      0,
    ],
    [
      'a U and the bar across it',
      [
        [0, 0],
        [1, 0],
        [1, 2],
        [2, 2],
        [2, 0],
        [3, 0],
        [3, 3],
        [0, 3],
      ],
      box(0, 0, 3, 1),
      2 / 8,
    ],
    [
      'the widest boxes there are',
      box(-1.7e308, -1.7e308, 1.7e308, 1.7e308),
      box(0, 0, 1.7e308, 1.7e308),
      0.25,
    ],
    ['the smallest boxes there are', box(0, 0, 4e-320, 4e-320), box(0, 0, 2e-320, 4e-320), 0.5],
  ])('of %s', async (_, one, other, expected) => {
    expect(await ofRings(one, other)).toBeCloseTo(expected, 9);
    expect(await ofRings(other, [...one].reverse())).toBeCloseTo(expected, 9);
  });

  it('is what counting the squares of a grid gives, for all polygons with corners on the grid', async () => {
    await fc.assert(
      fc.asyncProperty(blocks(), blocks(), async (one, other) => {
        const [a, b] = [squaresOf(one), squaresOf(other)];
        const both = [...a].filter((square) => b.has(square)).length;
        expect(await ofRings(one, other)).toBeCloseTo(both / (a.size + b.size - both), 9);
      }),
      { numRuns: 300 },
    );
  });

  it('is what rays cast at many places give, for rings of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(star(), star(), async (one, other) => {
        expect(polygonGeometryFaults(one)).toEqual([]);
        let [both, any] = [0, 0];
        for (let x = 0.5; x < 200; x += 1)
          for (let y = 0.5; y < 200; y += 1) {
            const [inOne, inOther] = [holds(one, x, y), holds(other, x, y)];
            if (inOne && inOther) both += 1;
            if (inOne || inOther) any += 1;
          }
        const found = await ofRings(one, other);
        expect(Math.abs(found - both / any)).toBeLessThan(0.03);
        expect(await ofRings(other, one)).toBeCloseTo(found, 9);
      }),
      { numRuns: 40 },
    );
  });

  it('lets other work go on while it compares the largest combs across each other', async () => {
    const [one, other] = [comb(10_000, false), comb(10_000, true)];
    expect(polygonGeometryFaults(one)).toEqual([]);
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 1);
    const found = await ofRings(one, other);
    clearInterval(clock);
    // Teeth of half the width cross teeth of half the height: a quarter in both, three in any.
    expect(found).toBeCloseTo(1 / 3, 2);
    expect(turns).toBeGreaterThan(20);
  });
});

/** Columns of whole squares upon one line, each of a height of its own: concave at nearly every corner. */
function blocks(): fc.Arbitrary<Point[]> {
  return fc
    .tuple(
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 8, max: 12 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })), {
        minLength: 1,
        maxLength: 8,
      }),
    )
    .map(([left, line, columns]) => {
      const upper = columns.flatMap(([up], place): Point[] => [
        [left + place, line - up],
        [left + place + 1, line - up],
      ]);
      const lower = columns.flatMap(([, down], place): Point[] => [
        [left + place, line + down],
        [left + place + 1, line + down],
      ]);
      return [...upper, ...lower.reverse()];
    });
}

function squaresOf(ring: readonly Point[]): Set<string> {
  const squares = new Set<string>();
  for (let x = 0; x < 20; x += 1)
    for (let y = 0; y < 24; y += 1) if (holds(ring, x + 0.5, y + 0.5)) squares.add(`${x},${y}`);
  return squares;
}

/** Rings around a place in which every corner has its own distance, at angles that grow. */
function star(): fc.Arbitrary<Point[]> {
  return fc
    .tuple(
      fc.integer({ min: 80, max: 120 }),
      fc.integer({ min: 80, max: 120 }),
      fc.array(fc.integer({ min: 20, max: 80 }), { minLength: 5, maxLength: 40 }),
    )
    .map(([x, y, distances]) =>
      distances.map((distance, place): Point => {
        const angle = (2 * Math.PI * place) / distances.length;
        return [x + distance * Math.cos(angle), y + distance * Math.sin(angle)];
      }),
    );
}

/** Whether a ray from a place crosses the ring an odd number of times. */
function holds(ring: readonly Point[], x: number, y: number): boolean {
  let isInside = false;
  ring.forEach(([toX, toY], place) => {
    const [fromX, fromY] = ring.at(place - 1)!;
    if (fromY > y === toY > y) return;
    if (x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) isInside = !isInside;
  });
  return isInside;
}

describe('intersectionOverUnion of rings with holes', () => {
  const square = (left: number, top: number, side: number): Point[] => [
    [left, top],
    [left + side, top],
    [left + side, top + side],
    [left, top + side],
  ];
  interface Framed {
    frame: [number, number, number];
    hole: [number, number, number];
    isReversed: boolean;
  }
  const framed = fc
    .tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 3, max: 9 }), fc.nat(99), fc.boolean())
    .map(([left, top, side, seed, isReversed]): Framed => {
      const holeSide = 1 + (seed % (side - 2));
      const hole: Framed['hole'] = [left + 1 + (seed % (side - 1 - holeSide)), top + 1, holeSide];
      return { frame: [left, top, side], hole, isReversed };
    });
  const ringsOf = ({ frame, hole, isReversed }: Framed): Point[][] => [
    square(...frame),
    isReversed ? square(...hole).reverse() : square(...hole),
  ];
  const holds = ([left, top, side]: [number, number, number], x: number, y: number) =>
    x >= left && x < left + side && y >= top && y < top + side;

  it('is that of the cells of a grid', async () => {
    await fc.assert(
      fc.asyncProperty(framed, framed, async (one, other) => {
        const cells = Array.from({ length: 400 }, (_, n) => [n % 20, Math.floor(n / 20)] as const);
        const [a, b] = [one, other].map(({ frame, hole }) =>
          cells.map(([x, y]) => holds(frame, x, y) && !holds(hole, x, y)),
        ) as [boolean[], boolean[]];
        const both = a.filter((inside, at) => inside && b[at]).length;
        const either = a.filter((inside, at) => inside || b[at]).length;
        const found = await intersectionOverUnion(ringsOf(one), ringsOf(other));
        expect(found).toBeCloseTo(both / either, 9);
      }),
    );
  });

  it('is 0 of a ring and what fills its hole', async () => {
    const rings = [square(0, 0, 9), square(2, 2, 4)];
    expect(await intersectionOverUnion(rings, [square(2, 2, 4)])).toBeCloseTo(0, 12);
    expect(await intersectionOverUnion(rings, [box(0, 0, 9, 9)])).toBeCloseTo(65 / 81, 12);
  });
});
