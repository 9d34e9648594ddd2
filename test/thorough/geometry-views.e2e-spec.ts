import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { textOfRuns } from '../../src/annotations/geometry/run-lengths.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { aMask } from '../helpers/marks.js';
import { drawPicture } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import {
  aBox,
  anAnnotation,
  anImage,
  at,
  type Fields,
  NO_GEOMETRY,
  pathTo,
} from '../helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

/** An image of 6 by 4 pixels with these annotations. */
async function aPictured(...geometries: Fields[]): Promise<{ image_key: string }> {
  const annotations = geometries.map((geometry) => ({ instrument: 'clamp', ...geometry }));
  const image = await anImage(service.http, { annotations });
  await attachPicture(image);
  return image;
}

async function attachPicture(image: { image_key: string }): Promise<void> {
  const picture = await drawPicture({ format: 'png', width: 6, height: 4 });
  await service.http.put(pathTo(image, 'file')).type('image/png').send(picture).expect(201);
}

async function seen(image: { image_key: string }, query: string): Promise<Fields[]> {
  const { body } = await service.http.get(`${pathTo(image, 'annotations')}?${query}`).expect(200);
  return body as Fields[];
}

const ROTATED = `for=${encodeURIComponent('rotate=90')}`;
const HALF = `for=${encodeURIComponent('scale=0.5')}`;
const CROPPED = `for=${encodeURIComponent('region=2,0,4,2')}`;

/** What is stored, what it is in a view, and what is measured of that. */
const VIEWS: [string, Fields, string, Fields][] = [
  [
    'a box, turned',
    { box: { x: 1, y: 0, width: 4, height: 1 } },
    ROTATED,
    { box: { x: 3, y: 1, width: 1, height: 4 }, bbox: [3, 1, 1, 4], area: 4, centroid: [3.5, 3] },
  ],
  [
    'a box, in parts',
    { box: { x: 3, y: 1, width: 1.5, height: 2 } },
    'space=normalized',
    { box: { x: 0.5, y: 0.25, width: 0.25, height: 0.5 }, area: 0.125 },
  ],
  [
    'a line, halved',
    { polyline: { points: at('0,0 6,0 6,4') } },
    HALF,
    { polyline: { points: at('0,0 3,0 3,2') }, bbox: [0, 0, 3, 2], area: null },
  ],
  [
    'keypoints, turned, with their visibility',
    { points: { points: at('1,1 0,0'), visibility: [1, 0] } },
    ROTATED,
    { points: { points: at('3,1 0,0'), visibility: [1, 0] }, bbox: [3, 1, 0, 0], centroid: [3, 1] },
  ],
  [
    'rings, halved',
    { polygon: { rings: [at('0,0 6,0 6,4 0,4'), at('2,2 4,2 4,3')] } },
    HALF,
    { polygon: { rings: [at('0,0 3,0 3,2 0,2'), at('1,1 2,1 2,1.5')] }, area: 5.75 },
  ],
  [
    'a mask, turned by a quarter',
    { mask: { size: [4, 6], counts: [6, 5, 13] } },
    ROTATED,
    { mask: { size: [6, 4], counts: [1, 1, 5, 2, 5, 1, 5, 1, 3] }, area: 5 },
  ],
  [
    'a mask, cropped',
    { mask: { size: [4, 6], counts: [6, 5, 13] } },
    CROPPED,
    { mask: { size: [2, 4], counts: [0, 2, 6] }, bbox: [0, 0, 1, 2], area: 2, centroid: [0.5, 1] },
  ],
  [
    'a mask as text, of which nothing is left',
    { mask: { size: [4, 6], counts: '03e0' } },
    CROPPED,
    { mask: { size: [2, 4], counts: '8' }, bbox: null, area: 0, centroid: null },
  ],
  [
    'a mask, in parts',
    { mask: { size: [4, 6], counts: [6, 5, 13] } },
    'space=normalized',
    { mask: { size: [4, 6], counts: [6, 5, 13] }, bbox: [1 / 6, 0, 2 / 6, 1], area: 5 / 24 },
  ],
];

describe('in other coordinates', () => {
  it.each(VIEWS)('%s is itself', async (_, stored, query, expected) => {
    const image = await aPictured(stored);
    const [annotation] = await seen(image, query);

    expect(annotation).toMatchObject({ ...NO_GEOMETRY, ...expected });
    expect(await seen(image, 'space=pixels')).toMatchObject([{ ...NO_GEOMETRY, ...stored }]);
  });

  it('what float64 cannot hold is the nearest that it can, and no box is without a side', async () => {
    // Of a time when there was no picture that it could lie outside of.
    const line = { polyline: { points: at('1.7e308,-1.7e308 1,1') } };
    const box = { box: { x: 4, y: 2, width: 1e-300, height: 1 } };
    const annotations = [line, box].map((geometry) => ({ instrument: 'clamp', ...geometry }));
    const image = await anImage(service.http, { annotations });
    const [{ updated_at: then }] = (await seen(image, '')) as [{ updated_at: string }];
    await service.http.delete(pathTo({ ...image, index: 0 })).expect(204);
    await attachPicture(image);

    const past = `as_of=${then}&for=${encodeURIComponent('scale=2')}`;
    const [polyline, side] = await seen(image, past);

    const { MAX_VALUE, MIN_VALUE } = Number;
    expect(polyline!.polyline).toEqual({
      points: [
        [MAX_VALUE, -MAX_VALUE],
        [2.5, 2.5],
      ],
    });
    expect(side).toMatchObject({ box: { x: 8.5, y: 4.5, width: MIN_VALUE, height: 2 } });
  });

  it('masks are counted in the pixels of the rendition, wherever that shows them', async () => {
    const image = await aPictured({ mask: { size: [4, 6], counts: [0, 8, 16] } });

    for (const [parameters, size, area] of [
      ['width=12&enlarge=true', [8, 12], 32],
      ['scale=0.5', [2, 3], 2],
      ['rotate=180', [4, 6], 8],
      ['rotate=270&width=2', [3, 2], 2],
    ] as const) {
      const [annotation] = await seen(image, `for=${encodeURIComponent(parameters)}`);
      expect(annotation).toMatchObject({ mask: { size }, area });
    }
  });
});

describe('the comparison of versions', () => {
  const SQUARE = { polygon: aBox(0, 0, 4, 4) };
  const MASK = { mask: { size: [4, 6], counts: [6, 5, 13] } };

  it.each<[string, Fields, Fields, number | null]>([
    ['a box with a polygon', { box: { x: 2, y: 0, width: 4, height: 4 } }, SQUARE, 8 / 24],
    ['a box with the same as two corners', { box: { x: 0, y: 0, width: 4, height: 4 } }, SQUARE, 1],
    [
      'a polygon with holes with the whole',
      { polygon: { rings: [at('0,0 4,0 4,4 0,4'), at('1,1 2,1 2,2 1,2')] } },
      SQUARE,
      15 / 16,
    ],
    ['a mask with a mask', MASK, { mask: { size: [4, 6], counts: [8, 4, 12] } }, 3 / 6],
    [
      'a mask with a mask of another size',
      MASK,
      { mask: { size: [6, 4], counts: [6, 5, 13] } },
      null,
    ],
    ['a mask with a polygon', MASK, SQUARE, null],
    [
      'a line with a line',
      { polyline: { points: at('0,0 1,1') } },
      { polyline: { points: at('0,0 1,1') } },
      null,
    ],
    ['keypoints with a polygon', { points: { points: at('0,0') } }, SQUARE, null],
  ])('of %s tells how far they agree, where that can be said', async (_, one, other, iou) => {
    const annotation = await anAnnotation(service.http, { polygon: null, ...one });
    await service.http
      .put(pathTo(annotation))
      .send({ instrument: 'needle holder', ...other })
      .expect(200);

    const { body } = await service.http.get(pathTo(annotation, 'history', 'diff')).expect(200);

    expect(body.iou).toEqual(iou === null ? null : expect.closeTo(iou, 9));
    const kinds = new Set([...Object.keys(one), ...Object.keys(other)]);
    const isSame = JSON.stringify(one) === JSON.stringify(other);
    expect(new Set(body.changed)).toEqual(isSame ? new Set() : kinds);
  });
});

it('a mask in a view may have more text than one that is sent', async () => {
  // Each second column: turned, every row has as many runs as there are columns.
  const side = 800;
  const size = { width: side, height: side };
  const { counts } = aMask(size, (x) => x % 2 === 1);
  const image = await anImage(service.http, {
    annotations: [{ instrument: 'comb', mask: { size: [side, side], counts: textOfRuns(counts) } }],
  });
  const picture = await drawPicture({ format: 'png', ...size });
  await service.http.put(pathTo(image, 'file')).type('image/png').send(picture).expect(201);

  const [annotation] = await seen(image, ROTATED);

  const { mask } = annotation as { mask: { counts: string } };
  expect(mask.counts.length).toBeGreaterThan(500_000);
});

it('a view whose masks would take millions of runs is refused, naming what to change', async () => {
  // Each second column: turned, every row has as many runs as there are columns.
  const [height, width] = [4_000, 4_100];
  const counts = Array.from({ length: width }, () => height);
  const image = await anImage(service.http, {
    annotations: [{ instrument: 'comb', mask: { size: [height, width], counts } }],
  });
  const picture = await drawPicture({ format: 'png', width, height });
  await service.http.put(pathTo(image, 'file')).type('image/png').send(picture).expect(201);
  const path = `${pathTo(image, 'annotations')}?for=${encodeURIComponent('rotate=90')}`;

  expectProblem(await service.http.get(path), 400, 'invalid-request', [
    { parameter: 'for', detail: /masks of more than 4000000 runs/ },
  ]);
});
