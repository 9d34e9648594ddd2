import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { drawPicture } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  aBox,
  anAnnotation,
  anImage,
  aPolygon,
  at,
  type Fields,
  imageFields,
  NO_GEOMETRY,
  pathTo,
} from './helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

const SLANT = Math.hypot(30, 10);
const BOX = { box: { x: 10, y: 5.5, width: 20, height: 10 } };
const LINE = { polyline: { points: at('0,0 30,0 30,10 0,0') } };
const POINTS = { points: { points: at('4,4 8,6 0,0'), visibility: [2, 1, 0] } };
/** Of 6 by 4 pixels: two of the second column and all of the third but the last. */
const RUNS = { mask: { size: [4, 6], counts: [6, 5, 13] } };
/** A block of two rows and three columns, as pycocotools writes it. */
const TEXT = { mask: { size: [4, 5], counts: '5220003' } };
const RINGS = { polygon: { rings: [at('0,0 20,0 20,20 0,20'), at('0,0 10,4 4,10')] } };

/** What is sent, what comes of it, and its measures. */
const KINDS: [string, Fields, Fields][] = [
  ['a box', BOX, { bbox: [10, 5.5, 20, 10], area: 200, centroid: [20, 10.5] }],
  [
    'a line that closes and touches itself',
    LINE,
    {
      bbox: [0, 0, 30, 10],
      area: null,
      // Stretches of 30, 10 and SLANT, whose middles lie at 15,0 and 30,5 and 15,5.
      centroid: [
        expect.closeTo((30 * 15 + 10 * 30 + SLANT * 15) / (40 + SLANT), 9),
        expect.closeTo((10 * 5 + SLANT * 5) / (40 + SLANT), 9),
      ],
    },
  ],
  [
    'keypoints, of which one is not labelled',
    POINTS,
    { bbox: [4, 4, 4, 2], area: null, centroid: [6, 5] },
  ],
  [
    'keypoints, none of which is labelled',
    { points: { points: at('0,0'), visibility: [0] } },
    { bbox: null, area: null, centroid: null },
  ],
  ['a mask as a list', RUNS, { bbox: [1, 0, 2, 4], area: 5, centroid: [2.1, 2.1] }],
  ['a mask as text', TEXT, { bbox: [1, 1, 3, 2], area: 6, centroid: [2.5, 2] }],
  [
    'a mask that begins inside',
    { mask: { size: [2, 2], counts: [0, 4] } },
    { bbox: [0, 0, 2, 2], area: 4, centroid: [1, 1] },
  ],
  [
    'a polygon with a hole',
    RINGS,
    {
      bbox: [0, 0, 20, 20],
      area: 358,
      centroid: [expect.closeTo(3804 / 358, 9), expect.closeTo(3804 / 358, 9)],
    },
  ],
];

const add = (image: { image_key: string }, fields: Fields) =>
  service.http.post(pathTo(image, 'annotations')).send({ instrument: 'clamp', ...fields });

describe('an annotation with', () => {
  it.each(KINDS)('%s is kept as it was sent, and measured', async (_, sent, measures) => {
    const image = await anImage(service.http);
    const answer = await add(image, sent);

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ ...NO_GEOMETRY, ...sent, ...measures });
    const { body } = await service.http.get(pathTo(image, 'annotations')).expect(200);
    expect(body).toEqual([answer.body]);
    const history = await service.http.get(pathTo(answer.body, 'history')).expect(200);
    expect(history.body[0]).toMatchObject({ ...NO_GEOMETRY, ...sent, ...measures });
  });

  it('a polygon with holes of many points is judged on them all', async () => {
    const circle = (radius: number, x = 500) =>
      Array.from({ length: 2_500 }, (_, n): [number, number] => {
        const angle = (n / 2_500) * 2 * Math.PI;
        return [x + radius * Math.cos(angle), 500 + radius * Math.sin(angle)];
      });
    const image = await anImage(service.http);
    const possible = { polygon: { rings: [circle(400), circle(100, 300), circle(90, 500)] } };
    const { body } = await add(image, possible).expect(201);
    expect(body.polygon).toEqual(possible.polygon);
    expect(body.area).toBeCloseTo(Math.PI * (400 ** 2 - 100 ** 2 - 90 ** 2), -2);

    const nested = { polygon: { rings: [circle(400), circle(100), circle(90)] } };
    expectProblem(await add(image, nested), 422, 'impossible-geometry', [
      { pointer: '#/polygon/rings/2', detail: 'must not overlap the hole of ring 1' },
    ]);
  });

  it('keypoints without a visibility has visible ones', async () => {
    const { points } = await anAnnotation(service.http, {
      polygon: null,
      points: { points: at('1,1 2,2') },
    });

    expect(points).toEqual({ points: at('1,1 2,2'), visibility: [2, 2] });
  });
});

describe('another kind of geometry', () => {
  it('takes the place of the one before, which history and restoration know', async () => {
    const { http } = service;
    const annotation = await anAnnotation(http);
    const path = pathTo(annotation);
    for (const [, geometry] of KINDS)
      await http
        .put(path)
        .send({ instrument: 'clamp', ...geometry })
        .expect(200);

    const { body: versions } = await http.get(`${path}/history`).expect(200);
    expect(versions).toHaveLength(KINDS.length + 1);
    for (const [place, [, geometry, measures]] of KINDS.entries()) {
      const version = place + 2;
      expect(versions[versions.length - version]).toMatchObject({
        ...NO_GEOMETRY,
        ...geometry,
        ...measures,
      });
      const restored = await http.post(`${path}/restore?version=${version}`).expect(200);
      expect(restored.body).toMatchObject({ ...NO_GEOMETRY, ...geometry, ...measures });
    }
    const then = encodeURIComponent(String(versions[1].at));
    const past = await http
      .get(`${pathTo({ image_key: annotation.image_key }, 'annotations')}?as_of=${then}`)
      .expect(200);
    expect(past.body[0]).toMatchObject({ ...NO_GEOMETRY, ...KINDS.at(-2)?.[1] });
  });

  it('needs no polygon beside it in a replacement; nothing does', async () => {
    const path = pathTo(await anAnnotation(service.http));

    expectProblem(await service.http.put(path).send({ instrument: 'a' }), 400, 'invalid-request', [
      { pointer: '#/polygon', detail: /must be there/ },
    ]);
    expectProblem(
      await service.http.put(path).send({ instrument: 'a', box: null }),
      400,
      'invalid-request',
      ['#/polygon'],
    );
    const replaced = await service.http
      .put(path)
      .send({ instrument: 'a', ...BOX })
      .expect(200);
    expect(replaced.body).toMatchObject({ ...NO_GEOMETRY, ...BOX });
  });

  it('beside the first is refused, naming the first', async () => {
    const image = await anImage(service.http);

    expectProblem(
      await add(image, { ...BOX, polygon: aPolygon(), ...LINE }),
      400,
      'invalid-request',
      [
        { pointer: '#/box', detail: 'must not be there beside "polygon"' },
        { pointer: '#/polyline', detail: 'must not be there beside "polygon"' },
      ],
    );
    expectProblem(
      await add(image, { polygon: null, ...POINTS, mask: {} }),
      400,
      'invalid-request',
      [
        { pointer: '#/mask', detail: 'must not be there beside "points"' },
        '#/mask/size',
        '#/mask/counts',
      ],
    );
  });

  it('survives the merge of its label, and a set in which nothing changed', async () => {
    const { http } = service;
    const annotations = KINDS.map(([, geometry]) => ({ instrument: 'hook', ...geometry }));
    const image = await anImage(http, { annotations });
    const path = pathTo(image, 'annotations');
    const before = await http.get(path).expect(200);
    const numbered = annotations.map((fields, index) => ({ ...fields, index }));
    const same = await http.put(path).send({ annotations: numbered }).expect(200);
    expect(same.body).toEqual(before.body);
    await http.post('/instruments').send({ name: 'retractor' });

    await http.patch('/instruments/hook').send({ name: 'retractor', merge: true }).expect(200);

    const { body } = await http.get(path).expect(200);
    for (const [place, [, geometry, measures]] of KINDS.entries()) {
      const expected = {
        ...NO_GEOMETRY,
        ...geometry,
        ...measures,
        instrument: 'retractor',
        version: 1,
      };
      expect(body[place]).toMatchObject(expected);
    }
  });

  it('can be picked from lists of images', async () => {
    const { image_key } = await anImage(service.http, {
      annotations: [{ instrument: 'a', ...BOX }],
    });
    const fields = 'annotations.box,annotations.centroid,annotations.mask';
    const { body } = await service.http.get(`/images?fields=${fields}&q=${image_key}`).expect(200);

    expect(body).toContainEqual({
      image_key,
      annotations: [{ ...BOX, centroid: [20, 10.5], mask: null }],
    });
  });
});

describe('a picture of 6 by 4 pixels', () => {
  let image: { image_key: string };

  beforeAll(async () => {
    image = await anImage(service.http);
    // Stored sideways: it is the upright picture that counts.
    const picture = await drawPicture({ format: 'jpeg', width: 6, height: 4, orientation: 6 });
    await service.http.put(pathTo(image, 'file')).type('image/jpeg').send(picture).expect(201);
  });

  it.each<[string, Fields]>([
    ['a box to half a pixel outside', { box: { x: -0.5, y: -0.5, width: 7, height: 5 } }],
    [
      'keypoints whose unlabelled ones lie anywhere',
      { points: { points: at('1,1 99,99'), visibility: [1, 0] } },
    ],
    ['a line within', { polyline: { points: at('0,0 6,4') } }],
    ['a mask of its size', RUNS],
  ])('takes %s', async (_, fields) => {
    expect((await add(image, fields)).status).toBe(201);
  });

  const OUTSIDE: [string, Fields, string, RegExp][] = [
    [
      'a box that begins left of it',
      { box: { x: -0.6, y: 0, width: 1, height: 1 } },
      '/box/x',
      /from -0\.5 to 6\.5/,
    ],
    [
      'a box that begins below it',
      { box: { x: 0, y: 5, width: 1, height: 1 } },
      '/box/y',
      /from -0\.5 to 4\.5/,
    ],
    [
      'a box that is too wide',
      { box: { x: 1, y: 0, width: 5.6, height: 1 } },
      '/box/width',
      /end at 6\.5/,
    ],
    [
      'a box that is too high',
      { box: { x: 0, y: 3, width: 1, height: 1e300 } },
      '/box/height',
      /end at 4\.5/,
    ],
    ['a line', { polyline: { points: at('0,0 7,1') } }, '/polyline/points/1', /^x must/],
    [
      'a labelled keypoint',
      { points: { points: at('0,0 1,9'), visibility: [0, 1] } },
      '/points/points/1',
      /^y must/,
    ],
    [
      'a mask of another size',
      { mask: { size: [6, 4], counts: [6, 5, 13] } },
      '/mask/size',
      /\[4, 6\]/,
    ],
    [
      'a hole',
      { polygon: { rings: [at('0,0 6,0 6,4 0,4'), at('1,1 2,1 2,-9')] } },
      '/polygon/rings/1/2',
      /^y must/,
    ],
  ];

  it.each(OUTSIDE)('refuses %s', async (_, fields, pointer, detail) => {
    const answer = await add(image, fields);

    expectProblem(answer, 422, 'impossible-geometry');
    expect(answer.body.errors).toContainEqual({
      pointer: `#${pointer}`,
      detail: expect.stringMatching(detail),
    });
  });

  it('cannot be attached to annotations that do not fit, whatever their kind', async () => {
    const fitting = OUTSIDE.slice(0, -1).map(([, fields]) => ({ instrument: 'a', ...fields }));
    const annotated = await anImage(service.http, {
      annotations: [
        ...fitting,
        { instrument: 'a', ...RUNS },
        { instrument: 'a', polygon: aBox(0, 0, 6, 4) },
      ],
    });
    const picture = await drawPicture({ format: 'png', width: 6, height: 4 });
    const answer = await service.http
      .put(pathTo(annotated, 'file'))
      .type('image/png')
      .send(picture);

    expectProblem(
      answer,
      422,
      'annotations-outside-picture',
      OUTSIDE.slice(0, -1).map(([, , pointer, detail], place) => ({
        pointer: `#/annotations/${place}${pointer}`,
        detail,
      })),
    );
  });

  it('comes together with a mask of its size only', async () => {
    const picture = await drawPicture({ format: 'png', width: 6, height: 4 });
    const send = (fields: Fields) =>
      service.http
        .post('/images')
        .field(
          'metadata',
          JSON.stringify(imageFields({ annotations: [{ instrument: 'a', ...fields }] })),
        )
        .attach('file', picture, 'tray.png');

    expectProblem(await send(TEXT), 422, 'impossible-geometry', ['#/annotations/0/mask/size']);
    expect((await send(RUNS)).status).toBe(201);
  });
});
