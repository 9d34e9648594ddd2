import { describe, expect, it } from '@jest/globals';
import type { Point, Polygon } from '../polygon.js';
import { polygonGeometryFaults } from '../polygon-geometry.js';
import { repairedPolygon } from './polygon-repair.js';

const at = (text: string): Point[] =>
  text.split(' ').map((pair) => pair.split(',').map(Number) as unknown as Point);
const actionsOf = (polygon: Polygon, size?: { width: number; height: number }) =>
  repairedPolygon(polygon, size).repairs.map(({ path, action }) => `${path.join('/')} ${action}`);

/** Repairable rings: what they are, what becomes of them, and what is said to be done. */
const REPAIRED: [string, string, string, string[]][] = [
  ['a point twice', '0,0 9,0 9,0 9,9', '0,0 9,0 9,9', ['points/2 removed-duplicate']],
  ['a closing point', '0,0 9,0 9,9 0,0', '0,0 9,0 9,9', ['points/3 removed-duplicate']],
  [
    'a point four times and a closing point',
    '0,0 9,0 9,0 9,0 9,0 9,9 0,0',
    '0,0 9,0 9,9',
    [2, 3, 4, 6].map((point) => `points/${point} removed-duplicate`),
  ],
  ['a short spike', '0,0 9,0 9.4,0 9,0 9,9', '0,0 9,0 9,9', ['points/2 removed-spike']],
  [
    'a way back along an edge',
    '0,0 6,0 3,0 9,0 9,9',
    '0,0 3,0 9,0 9,9',
    ['points/1 removed-spike'],
  ],
  [
    'a tiny bow-tie at a corner',
    '0,0 9,0 9.2,0.3 9.2,0 9,0.3 9,9 0,9',
    '0,0 9,0 9.1,0.15 9,0.3 9,9 0,9',
    ['points/2 untangled'],
  ],
];

describe('repairedPolygon', () => {
  it.each(REPAIRED)('repairs %s', (_, sent, expected, actions) => {
    const polygon = { points: at(sent) };
    const { geometry } = repairedPolygon(polygon);
    expect(geometry.points).toHaveLength(at(expected).length);
    for (const [place, [x, y]] of at(expected).entries()) {
      expect(geometry.points?.[place]?.[0]).toBeCloseTo(x, 12);
      expect(geometry.points?.[place]?.[1]).toBeCloseTo(y, 12);
    }
    expect(actionsOf(polygon)).toEqual(actions);
  });

  it.each([
    ['a figure of eight', '0,0 40,40 40,0 0,40'],
    ['a figure of eight of two pixels', '0,0 2,2 2,0 0,2'],
    ['corners exchanged', '0,0 90,0 0,90 90,90 45,120'],
    ['points on a line', '0,0 4,0 9,0 4,0'],
    ['two corners', '0,0 9,9 0,0'],
    ['a line', '0,0 4,4 9,9'],
    ['a box without a width', '3,3 3,9'],
    ['numbers beyond all pictures', '0,0 1e300,1e300 1e300,0 0,1e300'],
  ])('leaves %s to its author', (_, sent) => {
    const polygon = { points: at(sent) };
    expect(repairedPolygon(polygon)).toEqual({ geometry: polygon, repairs: [] });
    expect(repairedPolygon(polygon).geometry).toBe(polygon);
  });

  it('lets two stretches touch that cross within half a pixel twice', () => {
    // A neck whose left side is right of the right one for a while.
    const sent = at(
      '0,0 100,0 100,40 50.2,40 50.2,60 100,60 100,100 0,100 0,60 49.8,55 50.4,50 49.8,45 0,40',
    );
    const { geometry, repairs } = repairedPolygon({ points: sent });
    expect(repairs.map(({ action }) => action)).toEqual(['untangled']);
    expect(polygonGeometryFaults(geometry.points ?? [])).toEqual([]);
    // Nothing of what was drawn is lost: both crossings are two corners each now.
    expect(geometry.points).toHaveLength(sent.length + 4);
    for (const point of sent) expect(geometry.points).toContainEqual(point);
  });

  it('makes one outline of one that is drawn twice', () => {
    const round = (radius: number, turn: number) =>
      Array.from({ length: 60 }, (_, n): Point => {
        const angle = ((n + turn) / 60) * 2 * Math.PI;
        return [100 + radius * Math.cos(angle), 100 + radius * Math.sin(angle)];
      });
    const { geometry, repairs } = repairedPolygon({
      points: [...round(50, 0), ...round(50.3, 0.5)],
    });
    expect(repairs.map(({ action }) => action)).toEqual(['untangled']);
    expect(geometry.points?.length).toBeLessThan(63);
    expect(polygonGeometryFaults(geometry.points ?? [])).toEqual([]);
  });

  it.each([
    ['a whisker of single pixels', '0,0 50,0 50,50 25,50 25,60 25,70 25,60 25,50 0,50'],
    ['a spike longer than half a pixel', '0,0 9,0 12,0 9,0 9,9'],
    ['the way to a hole and back', '0,0 50,0 50,50 0,50 0,0 10,10 10,20 20,20 20,10 10,10'],
  ])('parts %s by a hair', (_, sent) => {
    const points = at(sent);
    const { geometry, repairs } = repairedPolygon({ points });
    expect(new Set(repairs.map(({ action }) => action))).toEqual(new Set(['parted']));
    expect(geometry.points).toHaveLength(points.length);
    expect(polygonGeometryFaults(geometry.points ?? [])).toEqual([]);
    for (const [place, [x, y]] of points.entries()) {
      const [toX, toY] = geometry.points?.[place] ?? [NaN, NaN];
      expect(Math.hypot(toX - x, toY - y)).toBeLessThan(0.03);
    }
  });

  it('moves points a hair outside of the picture to its margin, and no others', () => {
    const size = { width: 20, height: 10 };
    expect(repairedPolygon({ points: at('-0.7,0 20.9,0 10,10.5') }, size)).toEqual({
      geometry: { points: at('-0.5,0 20.5,0 10,10.5') },
      repairs: [
        {
          path: ['points', 0],
          action: 'clamped',
          detail: 'lay outside of the picture, at [-0.7, 0]: moved to [-0.5, 0]',
        },
        {
          path: ['points', 1],
          action: 'clamped',
          detail: 'lay outside of the picture, at [20.9, 0]: moved to [20.5, 0]',
        },
      ],
    });
    for (const far of ['-1.1,0 20,0 10,10', '-0.9,-0.9 20,0 10,10', '0,0 21.1,5'])
      expect(actionsOf({ points: at(far) }, size)).toEqual([]);
    expect(actionsOf({ points: at('0,0 20.9,5') }, size)).toEqual(['points/1 clamped']);
  });

  it('repairs each ring of a polygon with holes, if all of them together are possible then', () => {
    const outer = at('0,0 50,0 50,50 50,50 0,50');
    const hole = at('10,10 20,10 20.3,10 20,10 20,20');
    const { geometry, repairs } = repairedPolygon({ rings: [outer, hole] });
    expect(geometry).toEqual({ rings: [at('0,0 50,0 50,50 0,50'), at('10,10 20,10 20,20')] });
    expect(repairs.map(({ path, action }) => [...path, action])).toEqual([
      ['rings', 0, 3, 'removed-duplicate'],
      ['rings', 1, 2, 'removed-spike'],
    ]);
    const outside = { rings: [outer, at('60,10 70,10 70,20')] };
    expect(repairedPolygon(outside)).toEqual({ geometry: outside, repairs: [] });
  });
});
