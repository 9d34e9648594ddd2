import { describe, expect, it } from '@jest/globals';
import { holedGeometryFaults } from './holed-geometry.js';
import type { Point } from './polygon.js';

const square = (left: number, top: number, right: number, bottom: number): Point[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];
describe('holedGeometryFaults', () => {
  it.each<[string, Point[][], [path: string, detail: RegExp][]]>([
    ['a hole inside', [square(0, 0, 9, 9), square(1, 1, 2, 2)], []],
    [
      'two holes that touch at a corner',
      [square(0, 0, 9, 9), square(1, 1, 4, 4), square(4, 4, 8, 8)],
      [],
    ],
    [
      'a hole with a corner on the outer ring',
      [
        square(0, 0, 9, 9),
        [
          [0, 4],
          [3, 3],
          [3, 6],
        ],
      ],
      [],
    ],
    [
      'a hole through both sides of a corner',
      [
        square(0, 0, 9, 9),
        [
          [0, 0],
          [4, 5],
          [5, 4],
        ],
      ],
      [],
    ],
    [
      'a hole outside',
      [square(0, 0, 3, 3), square(5, 5, 6, 6)],
      [['rings/1', /inside of the outer ring/]],
    ],
    [
      'a hole around the outer ring',
      [square(1, 1, 3, 3), square(0, 0, 6, 6)],
      [['rings/1', /inside of the outer/]],
    ],
    [
      'a hole that leaves through a corner of the outer ring',
      [
        square(0, 0, 4, 4),
        [
          [1, 1],
          [4, 4],
          [7, 5],
          [5, 6],
          [4, 4],
          [2, 1],
        ],
      ],
      [['rings/1', /inside of the outer ring/]],
    ],
    [
      'a hole that leaves by a corner in the side of the outer ring',
      [
        [
          [0, 0],
          [8, 0],
          [8, 4],
          [8, 6],
          [8, 8],
          [0, 8],
        ],
        [
          [4, 3],
          [12, 5],
          [4, 7],
        ],
      ],
      [['rings/1', /inside of the outer ring/]],
    ],
    [
      'a hole in a hole, and one outside',
      [square(0, 0, 9, 9), square(1, 1, 8, 8), square(20, 20, 21, 21), square(2, 2, 3, 3)],
      [
        ['rings/2', /outer/],
        ['rings/3', /must not overlap the hole of ring 1/],
      ],
    ],
    [
      'a hole that crosses the outer ring',
      [square(0, 0, 9, 9), square(5, 5, 12, 7)],
      [
        [
          'rings/1/0',
          /edge from point 0 to 1 of ring 1, which crosses the edge from point 1 to 2 of ring 0/,
        ],
      ],
    ],
    [
      'a hole along the outer ring',
      [square(0, 0, 9, 9), square(0, 2, 4, 4)],
      [['rings/1/3', /of ring 1, which overlaps the edge from point 3 to 0 of ring 0/]],
    ],
    [
      'a hole twice',
      [square(0, 0, 9, 9), square(1, 1, 2, 2), square(1, 1, 2, 2)],
      [['rings/2/0', /overlaps the edge from point 0 to 1 of ring 1/]],
    ],
    [
      'rings without corners or area',
      [
        [
          [0, 0],
          [0, 0],
          [1, 1],
        ],
        square(0, 0, 4, 4),
        [
          [1, 1],
          [1, 1],
          [1, 1],
        ],
      ],
      [
        ['rings/0/1', /fewer than three/],
        ['rings/2/1', /fewer than three/],
      ],
    ],
  ])('of %s', (_, rings, faults) => {
    const found = holedGeometryFaults(rings).map(({ path, detail }) => [path.join('/'), detail]);
    expect(found).toEqual(faults.map(([path, detail]) => [path, expect.stringMatching(detail)]));
  });

  it('are at most 100, however many holes lie inside of each other', () => {
    const nested = Array.from({ length: 1_000 }, (_, n) => square(n, n, 5_000 - n, 5_000 - n));
    expect(holedGeometryFaults(nested)).toHaveLength(100);
  });
});
