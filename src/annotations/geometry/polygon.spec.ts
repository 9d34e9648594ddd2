import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areaOf, boundsOf, type Point } from './polygon.js';

/** Points written as `x,y x,y`, so that a shape fits on a line. */
const drawn = (text: string): Point[] =>
  text.split(' ').map((point) => point.split(',').map(Number) as unknown as Point);

const coordinate = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyPoints = fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 12 });

describe('boundsOf', () => {
  it('gives the smallest upright box around the points', () => {
    const points = drawn('4,7 1,9.5 3,2');
    expect(boundsOf(points)).toEqual([1, 2, 3, 7.5]);
  });

  it('does not mind in which corners a box was sent', () => {
    expect(boundsOf(drawn('8,1 2,5'))).toEqual([2, 1, 6, 4]);
  });

  it('gives the largest number for a side that float64 cannot hold', () => {
    expect(boundsOf(drawn('-1e308,0 1e308,1'))[2]).toBe(Number.MAX_VALUE);
  });
});

describe('areaOf', () => {
  it('is width times height of a box', () => {
    expect(areaOf(drawn('8,1 2,5.5'))).toBe(27);
  });

  it.each([
    ['a triangle', drawn('0,0 4,0 0,3'), 6],
    ['a square drawn the other way round', drawn('0,0 0,2 2,2 2,0'), 4],
    ['a square that names its first point again', drawn('0,0 2,0 2,2 0,2 0,0'), 4],
    ['a notched shape', drawn('0,0 4,0 4,4 2,1 0,4'), 10],
  ] as [string, Point[], number][])('is exact for %s', (_, points, area) => {
    expect(areaOf(points)).toBe(area);
  });

  it('keeps a small ring far away from the origin', () => {
    const far = 2 ** 50;
    expect(
      areaOf([
        [far, far],
        [far + 1, far],
        [far + 1, far + 1],
        [far, far + 1],
      ]),
    ).toBe(1);
  });

  it('keeps a sliver whose products cancel in float64', () => {
    const sliver: Point[] = [
      [0, 0],
      [2 ** 53, 2 ** 53 - 1],
      [2 ** 53 - 1, 2 ** 53 - 2],
    ];
    expect(areaOf(sliver)).toBe(0.5);
  });

  it('is right where its products overflow or underflow', () => {
    expect(areaOf(drawn('-1e308,0 1e308,0 0,1e-300'))).toBeCloseTo(1e8, -1);
    expect(areaOf(drawn('-1e308,-1 1e308,-1 1e308,0')) / 1e308).toBeCloseTo(1, 9);
    expect(
      areaOf([
        [0, 0],
        [2 ** -537, 0],
        [0, 2 ** -536],
      ]),
    ).toBe(2 ** -1074);
  });

  it('gives the nearest number there is for an area beyond float64', () => {
    expect(areaOf(drawn('0,0 1e308,0 0,1e308'))).toBe(Number.MAX_VALUE);
    expect(areaOf(drawn('0,0 1e308,1e308'))).toBe(Number.MAX_VALUE);
    expect(areaOf(drawn('0,0 1e-300,0 0,1e-300'))).toBe(0);
  });

  it('is never negative, infinite or NaN, and neither are the bounds', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        expect(areaOf(points)).toBeGreaterThanOrEqual(0);
        expect([areaOf(points), ...boundsOf(points)].every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
