import { describe, expect, it } from '@jest/globals';
import type { Point } from './polygon.js';
import { polygonGeometryFaults } from './polygon-geometry.js';

/** Points written as `x,y x,y`, so that a shape fits on a line. */
const drawn = (text: string): Point[] =>
  text.split(' ').map((point) => point.split(',').map(Number) as unknown as Point);

const pathsOf = (...polygon: Parameters<typeof polygonGeometryFaults>) =>
  polygonGeometryFaults(...polygon).map(({ path }) => path.join('/'));

describe('polygonGeometryFaults', () => {
  describe('of a box', () => {
    it('accepts any two opposite corners', () => {
      expect(pathsOf(drawn('9,1 2,7'))).toEqual([]);
    });

    it.each([
      ['height', drawn('0,3 5,3')],
      ['width', drawn('5,0 5,3')],
      ['size', drawn('5,3 5,3')],
      ['width, however the zero is signed', drawn('0,1 -0,3')],
    ])('refuses one without %s', (_, points) => {
      expect(pathsOf(points)).toEqual(['points/1']);
    });

    it('accepts the thinnest there is', () => {
      expect(pathsOf(drawn('0,0 5e-324,1e308'))).toEqual([]);
    });
  });

  describe('outside the picture', () => {
    const size = { width: 100, height: 50 };

    it('accepts half a pixel beyond every edge', () => {
      expect(pathsOf(drawn('-0.5,-0.5 100.5,50.5'), size)).toEqual([]);
    });

    it('names each point beyond that, and why', () => {
      const justOutside = 100.5 + 2 ** -46;
      const faults = polygonGeometryFaults(
        [
          [0, 0],
          [justOutside, 20],
          [50, 20],
          [-1, 51],
        ],
        size,
      );
      expect(faults).toEqual([
        {
          path: ['points', 1],
          detail: `x must be from -0.5 to 100.5 to lie in the picture, not ${justOutside}`,
        },
        {
          path: ['points', 3],
          detail:
            'x must be from -0.5 to 100.5 to lie in the picture, not -1; ' +
            'y must be from -0.5 to 50.5 to lie in the picture, not 51',
        },
      ]);
    });

    it('says nothing while the size is unknown', () => {
      expect(pathsOf(drawn('-1e9,0 1e9,1'))).toEqual([]);
    });

    it('names at most 100 faults, a crossing before points outside', () => {
      const zigzag = Array.from({ length: 300 }, (_, index): Point => [1000 + index, index % 2]);
      const paths = pathsOf([...zigzag, [1100, 0.5], [1100, 9]], size);
      expect(paths).toHaveLength(100);
      expect(paths.slice(0, 2)).toEqual(['points/299', 'points/0']);
    });
  });

  describe('of a ring', () => {
    it.each([
      ['a triangle', drawn('0,0 4,0 0,3')],
      ['a closing point that repeats the first', drawn('0,0 4,0 0,3 0,0')],
      ['repeated neighbours', drawn('0,0 0,0 4,0 4,0 0,3 0,0 0,0')],
      ['corners on a straight side', drawn('0,0 1,0 2,0 4,0 0,3')],
      ['two triangles that share a vertex', drawn('0,0 2,0 1,1 2,2 0,2 1,1')],
      ['a vertex that touches a side', drawn('0,0 6,0 6,4 3,0 0,4')],
      ['a vertex that touches an upright side', drawn('0,0 4,0 0,3 4,6 0,6')],
      ['a comb of equal heights', drawn('0,0 0,5 1,5 1,1 2,1 2,5 3,5 3,0')],
    ])('accepts %s', (_, points) => {
      expect(pathsOf(points)).toEqual([]);
    });

    it.each([
      ['one place', drawn('3,3 3,3 3,3'), 'points/1'],
      ['two corners and a closing point', drawn('0,0 5,5 0,0'), 'points/2'],
      ['two corners, one of them twice', drawn('0,0 5,5 5,5'), 'points/2'],
      ['two corners after repeats', drawn('0,0 0,0 5,5 5,5 0,0'), 'points/1'],
    ])('refuses %s with a single fault', (_, points, path) => {
      expect(pathsOf(points)).toEqual([path]);
    });

    it('refuses a crossing, at the point that starts the edge which completes it', () => {
      expect(polygonGeometryFaults(drawn('0,0 4,4 5,0 0,5'))).toEqual([
        {
          path: ['points', 2],
          detail:
            'starts the edge from point 2 to 3, which crosses the edge from point 0 to 1 (counted from 0)',
        },
      ]);
    });

    it('refuses a crossing of the edge that closes the ring', () => {
      const points = drawn('0,0 4,0 4,4 -1,2 2,-1 0,-1');
      expect(polygonGeometryFaults(points)[0]?.detail).toContain(
        'from point 3 to 4, which crosses',
      );
      expect(polygonGeometryFaults(drawn('0,0 4,0 1,3 1,-3'))[0]?.path).toEqual(['points', 2]);
      expect(polygonGeometryFaults(drawn('1,-3 0,0 4,0 1,3'))[0]?.detail).toContain(
        'from point 3 to 0, which crosses the edge from point 1 to 2',
      );
    });

    it('counts the points as they were sent, repeats included', () => {
      const points = drawn('0,0 0,0 4,4 4,4 5,0 5,0 0,5 0,0');
      expect(polygonGeometryFaults(points)[0]?.detail).toContain(
        'from point 5 to 6, which crosses the edge from point 1 to 2',
      );
    });

    it.each([
      ['a spike', drawn('0,0 4,0 4,4 4,2 0,4'), 'points/2'],
      ['a spike longer than its side', drawn('0,0 4,0 4,4 4,-2 -2,0'), 'points/2'],
      ['a shared stretch', drawn('0,0 6,0 6,2 4,0 2,0 0,2'), 'points/3'],
      ['an edge drawn twice', drawn('0,0 4,0 4,4 4,0 0,4'), 'points/2'],
    ])('refuses %s', (_, points, path) => {
      const faults = polygonGeometryFaults(points);
      expect(faults.map((fault) => fault.path.join('/'))).toEqual([path]);
      expect(faults[0]?.detail).toContain('overlaps');
    });

    it('refuses a ring on one line for its area and for its overlap', () => {
      expect(pathsOf(drawn('0,0 2,2 1,1'))).toEqual(['points', 'points/1']);
    });

    it('refuses a ring whose loops cancel each other', () => {
      expect(pathsOf(drawn('0,0 2,2 2,0 0,2'))).toEqual(['points', 'points/2']);
    });

    it('sees the area of a sliver that float64 would call flat', () => {
      const far = 2 ** 53;
      expect(
        pathsOf([
          [0, 0],
          [far, far - 1],
          [far - 1, far - 2],
        ]),
      ).toEqual([]);
      expect(
        pathsOf([
          [0, 0],
          [far, far],
          [far - 1, far - 1],
        ]),
      ).toEqual(['points', 'points/1']);
    });

    it('tells a touch from a crossing one unit in the last place deep', () => {
      const touching = drawn('0,0 1,0 1,1 0.5,0 0,1');
      const crossing = drawn('0,0 1,0 1,1 0.5,-5e-324 0,1');
      expect(pathsOf(touching)).toEqual([]);
      expect(pathsOf(crossing)).toEqual(['points/2']);
    });
  });

  it('names the faults of the figure and of its points at once', () => {
    const size = { width: 3, height: 9 };
    expect(pathsOf(drawn('0,0 4,4 5,0 0,5'), size)).toEqual(['points/2', 'points/1', 'points/2']);
  });

  it('stays quick and right for 10,000 edges that nearly all cross', () => {
    const star = Array.from({ length: 10_000 }, (_, index): Point => {
      const angle = (index * 4999 * 2 * Math.PI) / 10_000;
      return [Math.cos(angle), Math.sin(angle)];
    });
    expect(pathsOf(star)).toContain('points/2');
  });

  it('accepts 5,000 spokes that touch in one point', () => {
    const spokes = Array.from({ length: 9999 }, (_, index): Point => {
      if (index % 3 === 0) return [0, 0];
      const angle = index / 2000;
      return [Math.cos(angle), Math.sin(angle)];
    });
    expect(pathsOf(spokes)).toEqual([]);
  });
});
