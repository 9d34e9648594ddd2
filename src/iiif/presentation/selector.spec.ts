import { describe, expect, it } from '@jest/globals';
import { selectorOf } from './selector.js';

const svg = (path: string) => ({
  type: 'SvgSelector',
  value: `<svg xmlns="http://www.w3.org/2000/svg"><path d="${path}"/></svg>`,
});

describe('the selector of an annotation', () => {
  it.each<[[number, number][]]>([
    [
      [
        [10, 20],
        [40, 60],
      ],
    ],
    [
      [
        [40, 60],
        [10, 20],
      ],
    ],
    [
      [
        [10, 60],
        [40, 20],
      ],
    ],
  ])('of the box %j is a media fragment', (points) => {
    expect(selectorOf(points)).toEqual({
      type: 'FragmentSelector',
      conformsTo: 'http://www.w3.org/TR/media-frags/',
      value: 'xywh=10,20,30,40',
    });
  });

  it('is SVG for a box between pixels, or one that reaches beyond the edge', () => {
    expect(
      selectorOf([
        [10.5, 20],
        [40, 60],
      ]),
    ).toEqual(svg('M 10.5,20 L 40,20 L 40,60 L 10.5,60 Z'));
    expect(
      selectorOf([
        [-0.5, 0],
        [4.5, 6],
      ]),
    ).toEqual(svg('M -0.5,0 L 4.5,0 L 4.5,6 L -0.5,6 Z'));
  });

  it('of a ring is its path, point by point', () => {
    expect(
      selectorOf([
        [120.5, 80],
        [410, 95.25],
        [388, 300],
      ]),
    ).toEqual(svg('M 120.5,80 L 410,95.25 L 388,300 Z'));
  });

  it('has no exponent and no negative zero', () => {
    expect(
      selectorOf([
        [-0, 1e-7],
        [2, 0],
        [0, 3],
      ]),
    ).toEqual(svg('M 0,0.0000001 L 2,0 L 0,3 Z'));
  });
});
