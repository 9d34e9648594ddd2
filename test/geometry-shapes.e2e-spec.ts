import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { type ExpectedFault, expectProblem } from './helpers/problems.js';
import { anImage, at, type Fields, pathTo } from './helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp({ maxPolygonPoints: 20, maxPixels: 1_000_000 });
});
afterAll(() => service.close());

const many = (count: number) => Array.from({ length: count }, (_, n): [number, number] => [n, n]);

/** Geometries that have no form (400): what they are, and every place where they are wrong. */
const MALFORMED: [string, Fields, ExpectedFault[]][] = [
  ['a box that is a list', { box: [1, 2, 3, 4] }, [{ pointer: '#/box', detail: /object/ }]],
  [
    'a box with everything wrong',
    { box: { x: '1', y: null, width: 0, height: -2, left: 1 } },
    [
      { pointer: '#/box/left', detail: /not a known key/ },
      { pointer: '#/box/x', detail: /finite number/ },
      { pointer: '#/box/y', detail: /finite number/ },
      { pointer: '#/box/width', detail: /above 0, not 0/ },
      { pointer: '#/box/height', detail: /above 0, not -2/ },
    ],
  ],
  [
    'a box of nothing',
    { box: {} },
    ['x', 'y', 'width', 'height'].map((key) => ({
      pointer: `#/box/${key}`,
      detail: 'is required',
    })),
  ],
  ['a line that is text', { polyline: 'long' }, [{ pointer: '#/polyline', detail: /object/ }]],
  [
    'a line of one point',
    { polyline: { points: at('1,1') } },
    [{ pointer: '#/polyline/points', detail: /2 to 20 points, not 1/ }],
  ],
  [
    'a line of too many',
    { polyline: { points: many(21) } },
    [{ pointer: '#/polyline/points', detail: /2 to 20 points, not 21/ }],
  ],
  [
    'a line with a point in space',
    {
      polyline: {
        points: [
          [0, 0],
          [1, 1, 1],
        ],
        closed: true,
      },
    },
    [{ pointer: '#/polyline/closed' }, { pointer: '#/polyline/points/1', detail: /exactly two/ }],
  ],
  [
    'no keypoint',
    { points: { points: [] } },
    [{ pointer: '#/points/points', detail: /1 to 20 points/ }],
  ],
  [
    'keypoints with too few visibilities',
    { points: { points: at('0,0 1,1'), visibility: [2] } },
    [{ pointer: '#/points/visibility', detail: /2 numbers, one for each point, not 1/ }],
  ],
  [
    'keypoints with unknown visibilities',
    {
      points: {
        points: [
          [0, 0],
          [1, '1'],
          [2, 2],
        ],
        visibility: [3, 1, '2'],
      },
    },
    [
      { pointer: '#/points/points/1', detail: /finite/ },
      { pointer: '#/points/visibility/0', detail: /0 \(not labelled\)/ },
      { pointer: '#/points/visibility/2' },
    ],
  ],
  [
    'keypoints with a number for visibilities',
    { points: { points: at('0,0'), visibility: 2 } },
    [{ pointer: '#/points/visibility', detail: /array/ }],
  ],
  [
    'a mask of nothing',
    { mask: {} },
    [
      { pointer: '#/mask/size', detail: 'is required' },
      { pointer: '#/mask/counts', detail: 'is required' },
    ],
  ],
  [
    'a mask of no size',
    { mask: { size: [0, 1.5], counts: [1] } },
    [{ pointer: '#/mask/size/0', detail: /1 to 65535/ }, { pointer: '#/mask/size/1' }],
  ],
  [
    'a mask in space',
    { mask: { size: [1, 1, 1], counts: [1] } },
    [{ pointer: '#/mask/size', detail: /exactly two/ }],
  ],
  [
    'a mask of more pixels than a picture has',
    { mask: { size: [1001, 1000], counts: [0, 1_001_000] } },
    [{ pointer: '#/mask/size', detail: 'must have at most 1000000 pixels, not 1001000' }],
  ],
  [
    'a mask with runs of the wrong sum',
    { mask: { size: [2, 3], counts: [1, 2, 4] } },
    [{ pointer: '#/mask/counts', detail: 'must add up to the 6 pixels of the size, not to 7' }],
  ],
  [
    'a mask with wrong runs',
    { mask: { size: [2, 3], counts: [0, -1, 0, 1.5, '2', 1] } },
    [
      { pointer: '#/mask/counts/1', detail: /at least 0/ },
      { pointer: '#/mask/counts/2', detail: /only the first may be 0/ },
      { pointer: '#/mask/counts/3', detail: /integer/ },
      { pointer: '#/mask/counts/4' },
    ],
  ],
  [
    'a mask with more runs than there may be points',
    { mask: { size: [5, 5], counts: Array(21).fill(1) } },
    [{ pointer: '#/mask/counts', detail: /at most 20 numbers, not 21: use text/ }],
  ],
  [
    "a mask with text that is none of COCO's",
    { mask: { size: [4, 5], counts: '522 003' } },
    [{ pointer: '#/mask/counts', detail: /COCO's compressed text/ }],
  ],
  [
    'a mask with text of the wrong sum',
    { mask: { size: [5, 5], counts: '5220003' } },
    [{ pointer: '#/mask/counts', detail: /25 pixels of the size, not to 20/ }],
  ],
  [
    'a mask with text of a run that is negative',
    { mask: { size: [5, 5], counts: '111N' } },
    [{ pointer: '#/mask/counts', detail: /number 3 must be an integer of at least 0/ }],
  ],
  [
    'a mask with endless text',
    { mask: { size: [5, 5], counts: '0'.repeat(500_001) } },
    [{ pointer: '#/mask/counts', detail: /at most 500000 characters/ }],
  ],
  [
    'no ring',
    { polygon: { rings: [] } },
    [{ pointer: '#/polygon/rings', detail: /at least one ring/ }],
  ],
  [
    'both points and rings',
    { polygon: { points: at('0,0 1,1'), rings: [at('0,0 4,0 0,4')] } },
    [{ pointer: '#/polygon/rings', detail: /beside "points"/ }],
  ],
  [
    'rings of two points, and of none',
    { polygon: { rings: [at('0,0 4,4'), 'hole', at('0,0 4,0 0,4')] } },
    [
      { pointer: '#/polygon/rings/0', detail: /3 to 20 points, not 2/ },
      { pointer: '#/polygon/rings/1', detail: /array/ },
    ],
  ],
  [
    'rings of too many points together',
    { polygon: { rings: [many(11), many(10)] } },
    [{ pointer: '#/polygon/rings', detail: /at most 20 points together, not 21/ }],
  ],
  [
    'a ring with a point of one number',
    { polygon: { rings: [[[0, 0], [4], [0, 4]]] } },
    [{ pointer: '#/polygon/rings/0/1', detail: /exactly two/ }],
  ],
];

const IMPOSSIBLE: [string, Fields, ExpectedFault][] = [
  [
    'a line that goes nowhere',
    { polyline: { points: at('3,3 3,3 3,3') } },
    { pointer: '#/polyline/points', detail: /two points that differ/ },
  ],
  [
    'a mask without a pixel',
    { mask: { size: [4, 5], counts: [20] } },
    { pointer: '#/mask/counts', detail: /without any pixel/ },
  ],
  [
    'a mask without a pixel, as text',
    { mask: { size: [4, 5], counts: 'd0' } },
    { pointer: '#/mask/counts', detail: /without any pixel/ },
  ],
];

const FRAME = at('0,0 9,0 9,9 0,9');
const IMPOSSIBLE_RINGS: [string, Fields, ExpectedFault][] = [
  [
    'a hole that crosses the outer ring',
    { polygon: { rings: [FRAME, at('1,1 2,1 2,2'), at('5,5 12,5 12,7 5,7')] } },
    { pointer: '#/polygon/rings/2/0', detail: /of ring 2, which crosses .* of ring 0/ },
  ],
  [
    'an outer ring that crosses itself',
    { polygon: { rings: [at('0,0 6,6 4,0 0,4')] } },
    { pointer: '#/polygon/rings/0/2', detail: /crosses the edge from point 0 to 1 of ring 0/ },
  ],
  [
    'a hole outside',
    { polygon: { rings: [FRAME, at('11,1 12,1 12,2')] } },
    { pointer: '#/polygon/rings/1', detail: 'must lie inside of the outer ring' },
  ],
  [
    'a hole in a hole',
    { polygon: { rings: [FRAME, at('1,1 8,1 8,8 1,8'), at('2,2 3,2 3,3')] } },
    { pointer: '#/polygon/rings/2', detail: 'must not overlap the hole of ring 1' },
  ],
  [
    'a hole without area',
    { polygon: { rings: [FRAME, at('1,1 2,2 1,1')] } },
    { pointer: '#/polygon/rings/1/2', detail: /fewer than three corners/ },
  ],
];

const add = async (fields: Fields) =>
  service.http
    .post(pathTo(await anImage(service.http), 'annotations'))
    .send({ instrument: 'clamp', ...fields });

describe('an annotation with', () => {
  it.each(MALFORMED)('%s is refused, naming every fault', async (_, fields, faults) => {
    expectProblem(await add(fields), 400, 'invalid-request', faults);
  });

  it.each([...IMPOSSIBLE, ...IMPOSSIBLE_RINGS])('%s is 422', async (_, fields, fault) => {
    expectProblem(await add(fields), 422, 'impossible-geometry', [fault]);
  });

  it('any of these is told at its place in a set', async () => {
    const image = await anImage(service.http);
    const path = pathTo(image, 'annotations');
    const setOf = (all: Fields[]) => ({
      annotations: all.map((fields) => ({ instrument: 'a', ...fields })),
    });
    const inSet = (faults: ExpectedFault[], place: number) =>
      faults.map((fault) => ({
        ...fault,
        pointer: fault.pointer?.replace('#', `#/annotations/${place}`),
      }));

    const malformed = await service.http
      .put(path)
      .send(setOf(MALFORMED.map(([, fields]) => fields)));
    expectProblem(
      malformed,
      400,
      'invalid-request',
      MALFORMED.flatMap(([, , faults], at) => inSet(faults, at)),
    );
    const impossible = await service.http
      .put(path)
      .send(setOf(IMPOSSIBLE.map(([, fields]) => fields)));
    expectProblem(
      impossible,
      422,
      'impossible-geometry',
      IMPOSSIBLE.flatMap(([, , fault], at) => inSet([fault], at)),
    );
    expect((await service.http.get(path)).body).toEqual([]);
  });
});
