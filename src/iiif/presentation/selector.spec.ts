import { describe, expect, it } from '@jest/globals';
import type { PresentedShape } from './presented-image.js';
import { selectorOf as selectorOn } from './selector.js';

type Points = [number, number][];

const CANVAS = { width: 640, height: 480 };
const shapeOf = (shape: Partial<PresentedShape>) =>
  selectorOn({ polygon: null, bbox: null, ...shape }, CANVAS);
const selectorOf = (points: Points) => shapeOf({ polygon: { points } });

const svg = (path: string, attributes = '') => ({
  type: 'SvgSelector',
  value: `<svg xmlns="http://www.w3.org/2000/svg"><path${attributes} d="${path}"/></svg>`,
});
const fragment = (xywh: string) => ({
  type: 'FragmentSelector',
  conformsTo: 'http://www.w3.org/TR/media-frags/',
  value: `xywh=${xywh}`,
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

  it('of a polygon with holes is one path of all rings', () => {
    const outer: Points = [
      [0, 0],
      [40.5, 0],
      [40.5, 30],
      [0, 30],
    ];
    const hole: Points = [
      [10, 10],
      [20, 10],
      [10, 20.25],
    ];
    expect(shapeOf({ polygon: { rings: [outer, hole] } })).toEqual(
      svg('M 0,0 L 40.5,0 L 40.5,30 L 0,30 Z M 10,10 L 20,10 L 10,20.25 Z', ' fill-rule="evenodd"'),
    );
    expect(shapeOf({ polygon: { rings: [hole] } })).toEqual(svg('M 10,10 L 20,10 L 10,20.25 Z'));
  });

  it('of a box is a media fragment, and SVG between pixels', () => {
    expect(shapeOf({ box: { x: 10, y: 20, width: 30, height: 40 } })).toEqual(
      fragment('10,20,30,40'),
    );
    expect(shapeOf({ box: { x: 0.1, y: 2, width: 0.2, height: 1.75 } })).toEqual(
      svg('M 0.1,2 L 0.3,2 L 0.3,3.75 L 0.1,3.75 Z'),
    );
    expect(shapeOf({ box: { x: -2, y: 0, width: 3, height: 4 } })).toEqual(
      svg('M -2,0 L 1,0 L 1,4 L -2,4 Z'),
    );
  });

  it('of a line is an open path', () => {
    const points: Points = [
      [1, 2],
      [30.25, 4],
      [5, 60],
    ];
    expect(shapeOf({ polyline: { points } })).toEqual(
      svg('M 1,2 L 30.25,4 L 5,60', ' fill="none"'),
    );
  });

  it('of points is a pin for each that is labelled, which begins at the point', () => {
    const points: Points = [
      [100.1, 50.3],
      [7, 8],
      [0.2, 1],
    ];
    expect(shapeOf({ points: { points, visibility: [2, 0, 1] } })).toEqual(
      svg('M 100.1,50.3 L 99.1,46.3 L 101.1,46.3 Z M 0.2,1 L -0.8,-3 L 1.2,-3 Z'),
    );
    const large = selectorOn(
      { polygon: null, bbox: null, points: { points: [[900, 800]], visibility: [2] } },
      { width: 6000, height: 9000 },
    );
    expect(large).toEqual(svg('M 900,800 L 880,740 L 920,740 Z'));
  });

  it('of points of which none is labelled is none', () => {
    expect(shapeOf({ points: { points: [[1, 2]], visibility: [0] } })).toBeUndefined();
  });

  it('of a mask is its outline, or the box around what has too many corners', () => {
    const outline = 'M 1,1 L 4,1 L 4,3 L 1,3 Z M 2,2 L 2,3 L 3,3 L 3,2 Z';
    expect(shapeOf({ mask: { outline }, bbox: [1, 1, 3, 2] })).toEqual(
      svg(outline, ' fill-rule="evenodd"'),
    );
    expect(shapeOf({ mask: {}, bbox: [1, 1, 3, 2] })).toEqual(fragment('1,1,3,2'));
  });

  it('of the whole picture is none', () => {
    expect(shapeOf({})).toBeUndefined();
  });
});
