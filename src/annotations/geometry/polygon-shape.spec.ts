import { describe, expect, it } from '@jest/globals';
import { polygonShapeFaults as faultsWithin } from './polygon-shape.js';

const polygonShapeFaults = (value: unknown) => faultsWithin(value, 10_000);

const pathsOf = (value: unknown) => polygonShapeFaults(value).map(({ path }) => path);
const repeated = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);

describe('polygonShapeFaults', () => {
  it.each([
    [
      'a box',
      {
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
    [
      'a ring',
      {
        points: [
          [0, 0],
          [1.5, -2],
          [1e308, 5e-324],
        ],
      },
    ],
    ['10,000 points', { points: repeated([1, 2], 10_000) }],
  ])('finds nothing in %s', (_, polygon) => {
    expect(polygonShapeFaults(polygon)).toEqual([]);
  });

  it.each([
    [null],
    [undefined],
    [7],
    ['points'],
    [
      [
        [0, 0],
        [1, 1],
      ],
    ],
  ])('names the polygon itself when it is not an object: %j', (value) => {
    expect(pathsOf(value)).toEqual([[]]);
  });

  it('names every unknown key, beside the faults of the points', () => {
    const polygon = JSON.parse('{"points": [[0, 0], [1]], "closed": true, "__proto__": 1}');
    expect(pathsOf(polygon)).toEqual([['closed'], ['__proto__'], ['points', 1]]);
  });

  it.each([
    ['missing', {}],
    [
      'inherited',
      Object.create({
        points: [
          [0, 0],
          [1, 1],
        ],
      }),
    ],
    ['null', { points: null }],
    ['no array', { points: { 0: [0, 0], 1: [1, 1], length: 2 } }],
    ['too few', { points: [[0, 0]] }],
    ['too many', { points: repeated([1, 2], 10_001) }],
  ])('names the points once when they are %s', (_, polygon) => {
    expect(pathsOf(polygon)).toEqual([['points']]);
  });

  it('does not walk a list of points that is too long', () => {
    const points = new Proxy(repeated([0, 0], 10_001), {
      get: (list, key, receiver) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) throw new Error('walked');
        return Reflect.get(list, key, receiver) as unknown;
      },
    });
    expect(pathsOf({ points })).toEqual([['points']]);
  });

  it.each([
    ['one number', [1]],
    ['three numbers', [1, 2, 3]],
    ['text', ['1', 2]],
    ['null', [null, 2]],
    ['NaN', [NaN, 2]],
    ['1e400, which JSON reads as infinity', [1, Infinity]],
    ['an object', { x: 1, y: 2 }],
    ['nothing', null],
  ])('names a point that is %s', (_, point) => {
    expect(pathsOf({ points: [[0, 0], point, [1, 1]] })).toEqual([['points', 1]]);
  });

  it('names at most 100 faults', () => {
    expect(polygonShapeFaults({ points: repeated(null, 1000), extra: 1 })).toHaveLength(100);
    const manyKeys = Object.fromEntries(repeated(0, 500).map((_, index) => [`key${index}`, 1]));
    expect(polygonShapeFaults(manyKeys)).toHaveLength(100);
  });
});
