import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { drawPicture } from './helpers/pictures.js';
import { type ExpectedFault, expectProblem } from './helpers/problems.js';
import {
  at,
  anAnnotation,
  anImage,
  annotationFields,
  imageFields,
  pathTo,
} from './helpers/records.js';

type Points = [number, number][];

const CIRCLE = Array.from({ length: 10_000 }, (_, n): [number, number] => {
  const angle = (n / 10_000) * 2 * Math.PI;
  return [500 + 400 * Math.cos(angle), 500 + 400 * Math.sin(angle)];
});

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

/** Polygons that have no form (400): what they are, where they are wrong, and why. */
const MALFORMED: [string, unknown, string, RegExp][] = [
  ['that is a list', at('0,0 1,1'), '', /object/],
  ['that is text', 'box', '', /object/],
  ['without points', {}, '/points', /required/],
  ['with null for points', { points: null }, '/points', /array/],
  ['with something else', { points: at('0,0 1,1'), type: 'box' }, '/type', /not a known key/],
  ['of no points', { points: [] }, '/points', /2 to 10000 points, not 0/],
  ['of one point', { points: [[1, 1]] }, '/points', /2 to 10000 points, not 1/],
  ['with a number for a point', { points: [[0, 0], 1] }, '/points/1', /exactly two finite numbers/],
  ['with a point of one number', { points: [[0, 0], [1]] }, '/points/1', /exactly two/],
  ['with a point in space', { points: [...at('0,0'), [1, 1, 1]] }, '/points/1', /exactly two/],
  [
    'with text for a number',
    { points: [...at('0,0'), [1, '1']] },
    '/points/1',
    /two finite numbers/,
  ],
  [
    'with null for a number',
    { points: [...at('0,0'), [1, null]] },
    '/points/1',
    /two finite numbers/,
  ],
  ['with an object for a point', { points: [[0, 0], { x: 1, y: 1 }] }, '/points/1', /two finite/],
];

/** Polygons that cannot be (422), one fault of each. */
const IMPOSSIBLE: [string, Points, string, RegExp][] = [
  ['a box without width', at('1,1 1,5'), '/points/1', /zero area/],
  ['a box without height', at('1,1 5,1'), '/points/1', /zero area/],
  ['a ring of two corners', at('0,0 5,5 0,0'), '/points/2', /fewer than three corners/],
  ['a ring of one place', at('3,3 3,3 3,3'), '/points/1', /fewer than three corners/],
  ['points on a line', at('0,0 1,1 2,2'), '/points', /zero area/],
  ['a bow tie', at('0,0 4,4 4,0 0,4'), '/points/2', /crosses/],
  ['a way there and back', at('0,0 4,0 4,4 4,0 2,3'), '/points/2', /overlaps/],
];

const POSSIBLE: [string, Points][] = [
  ['a box', at('0,0 1,1')],
  ['a box far outside, while no file says how large the picture is', at('-1e6,-1e6 1e6,1e6')],
  ['a triangle', at('0,0 1,0 0,1')],
  ['a closing point', at('0,0 1,0 0,1 0,0')],
  ['neighbours that repeat, with three corners left', at('0,0 0,0 1,0 1,0 0,1')],
  ['vertices that touch', at('0,0 4,0 2,2 4,4 0,4 2,2')],
  ['a vertex on an edge', at('0,0 4,0 4,4 2,0 0,4')],
  ['a point straight on', at('0,0 2,0 4,0 4,4')],
  ['10,000 points', CIRCLE],
];

describe('a set of many points', () => {
  it('is refused with the place of each fault, as one of few points is', async () => {
    const image = await anImage(service.http);
    const crossed = [
      ...CIRCLE.slice(0, 5_000),
      CIRCLE[5_001]!,
      CIRCLE[5_000]!,
      ...CIRCLE.slice(5_002),
    ];
    const contents = [CIRCLE, crossed, undefined, at('0,0 6,6 4,0 0,4')].map((points) => ({
      instrument: 'clamp',
      polygon: points ? { points } : null,
    }));
    const path = pathTo(image, 'annotations');
    const answer = await service.http.put(path).send({ annotations: contents });
    expectProblem(answer, 422, 'impossible-geometry', [
      {
        pointer: '#/annotations/1/polygon/points/5001',
        detail: /crosses the edge from point 4999/,
      },
      { pointer: '#/annotations/3/polygon/points/2', detail: /crosses/ },
    ]);
    const { body } = await service.http.get(path).expect(200);
    expect(body).toEqual([]);
  });

  it('is kept as it was sent', async () => {
    const image = await anImage(service.http);
    const path = pathTo(image, 'annotations');
    const annotations = [0, 1].map(() => ({ instrument: 'clamp', polygon: { points: CIRCLE } }));
    const { body } = await service.http.put(path).send({ annotations }).expect(200);
    expect(body).toMatchObject(annotations);
  });
});

describe('a polygon', () => {
  const add = async (polygon: unknown) =>
    service.http
      .post(pathTo(await anImage(service.http), 'annotations'))
      .send(annotationFields({ polygon }));

  it.each(MALFORMED)('%s is refused', async (_, polygon, pointer, detail) => {
    const answer = await add(polygon);

    expectProblem(answer, 400, 'invalid-request', [{ pointer: `#/polygon${pointer}`, detail }]);
  });

  it.each(IMPOSSIBLE)('that is %s is 422', async (_, points, pointer, detail) => {
    const answer = await add({ points });

    expectProblem(answer, 422, 'impossible-geometry');
    expect(answer.body.errors).toContainEqual({
      pointer: `#/polygon${pointer}`,
      detail: expect.stringMatching(detail),
    });
  });

  it.each(POSSIBLE)('with %s is taken, point for point', async (_, points) => {
    const answer = await add({ points });

    expect(answer.status).toBe(201);
    expect(answer.body.polygon).toEqual({ points });
  });

  it('is judged when it replaces another, too', async () => {
    const path = pathTo(await anAnnotation(service.http));
    const replace = (polygon: unknown) =>
      service.http.put(path).send(annotationFields({ polygon }));

    expectProblem(await replace({ points: [[0, 0], [1]] }), 400, 'invalid-request', [
      '#/polygon/points/1',
    ]);
    expectProblem(await replace({ points: at('1,1 1,5') }), 422, 'impossible-geometry', [
      '#/polygon/points/1',
    ]);
    expect((await replace({ points: at('0,0 1,1') })).status).toBe(200);
  });

  it('of 10,001 points is refused', async () => {
    const answer = await add({ points: [...CIRCLE, [1, 1]] });

    expectProblem(answer, 400, 'invalid-request', [
      { pointer: '#/polygon/points', detail: /10000/ },
    ]);
  });

  it('takes a number beyond float64 for no number', async () => {
    const image = await anImage(service.http);

    const answer = await service.http
      .post(pathTo(image, 'annotations'))
      .type('json')
      .send('{"instrument": "a", "polygon": {"points": [[0, 0], [1e400, 1]]}}');

    expectProblem(answer, 400, 'invalid-request', ['#/polygon/points/1/0']);
  });
});

describe('several faults', () => {
  const WAYS = [
    [
      'POST /images',
      (annotations: unknown[]) => service.http.post('/images').send(imageFields({ annotations })),
    ],
    [
      'PUT of the set',
      async (annotations: unknown[]) =>
        service.http.put(pathTo(await anImage(service.http), 'annotations')).send({ annotations }),
    ],
  ] as const;
  const bowTie = { points: at('0,0 6,6 4,0 0,4') };
  const flat = { points: at('0,0 1,1 2,2') };
  const fine = { points: at('0,0 4,4') };

  it.each(WAYS)('of %s are told together, each at its place', async (_, send) => {
    const malformed = await send(MALFORMED.map(([, polygon]) => annotationFields({ polygon })));
    expectProblem(
      malformed,
      400,
      'invalid-request',
      MALFORMED.map(([, , pointer, detail], place) => ({
        pointer: `#/annotations/${place}/polygon${pointer}`,
        detail,
      })),
    );

    const impossible = await send(
      IMPOSSIBLE.map(([, points]) => annotationFields({ polygon: { points } })),
    );
    expectProblem(impossible, 422, 'impossible-geometry');
    for (const [place, [, , pointer, detail]] of IMPOSSIBLE.entries())
      expect(impossible.body.errors).toContainEqual({
        pointer: `#/annotations/${place}/polygon${pointer}`,
        detail: expect.stringMatching(detail),
      });

    const possible = await send(
      POSSIBLE.map(([, points]) => annotationFields({ polygon: { points } })),
    );
    expect([200, 201]).toContain(possible.status);
  });

  it.each(WAYS)(
    'of %s are all of them, and of each ring the first pair of edges',
    async (_, send) => {
      const answer = await send(
        [bowTie, fine, flat, bowTie].map((polygon) => annotationFields({ polygon })),
      );

      expectProblem(answer, 422, 'impossible-geometry', [
        { pointer: '#/annotations/0/polygon/points/2', detail: /crosses/ },
        { pointer: '#/annotations/2/polygon/points', detail: /zero area/ },
        { pointer: '#/annotations/2/polygon/points/2', detail: /overlaps/ },
        { pointer: '#/annotations/3/polygon/points/2', detail: /crosses/ },
      ]);
    },
  );

  it('are at most 100 an answer', async () => {
    const annotations = Array.from({ length: 150 }, () => annotationFields({ polygon: bowTie }));
    const points = Array.from({ length: 150 }, () => [1]);

    const impossible = await service.http.post('/images').send(imageFields({ annotations }));
    expectProblem(impossible, 422, 'impossible-geometry');
    expect(impossible.body.errors).toHaveLength(100);

    const malformed = await service.http
      .post(pathTo(await anImage(service.http), 'annotations'))
      .send(annotationFields({ polygon: { points } }));
    expectProblem(malformed, 400, 'invalid-request');
    expect(malformed.body.errors).toHaveLength(100);
  });

  it('of form (400) are told before those of geometry (422)', async () => {
    const annotations = [annotationFields({ polygon: bowTie }), { instrument: '' }];

    const answer = await service.http.post('/images').send(imageFields({ annotations }));

    expectProblem(answer, 400, 'invalid-request', ['#/annotations/1/instrument']);
  });
});

describe('a picture of 40 by 30 pixels', () => {
  let image: { image_key: string };

  beforeAll(async () => {
    image = await anImage(service.http);
    // Stored sideways: it is the upright picture that counts.
    const picture = await drawPicture({ format: 'jpeg', width: 40, height: 30, orientation: 6 });
    await service.http.put(pathTo(image, 'file')).type('image/jpeg').send(picture).expect(201);
  });

  const add = (points: Points) =>
    service.http.post(pathTo(image, 'annotations')).send(annotationFields({ polygon: { points } }));

  it.each<[string, Points]>([
    ['to its very corners', at('0,0 40,30')],
    ['half a pixel outside', at('-0.5,-0.5 40.5,30.5')],
    ['within', at('1,1 39,1 39,29.75')],
  ])('takes a polygon %s', async (_, points) => {
    expect((await add(points)).status).toBe(201);
  });

  it.each<[string, Points, (string | ExpectedFault)[]]>([
    ['left', at('-0.500001,0 4,4'), [{ pointer: '#/polygon/points/0', detail: /^x / }]],
    ['above', at('4,4 0,-1'), [{ pointer: '#/polygon/points/1', detail: /^y / }]],
    ['right', at('4,4 40.500001,5'), [{ pointer: '#/polygon/points/1', detail: /40\.5/ }]],
    ['below', at('4,4 5,30.500001'), [{ pointer: '#/polygon/points/1', detail: /30\.5/ }]],
    ['far away', at('0,0 1e300,-1e300'), ['#/polygon/points/1']],
    [
      'in several places',
      at('-9,0 41,0 20,20 10,31'),
      ['#/polygon/points/0', '#/polygon/points/1', '#/polygon/points/3'],
    ],
    [
      'and crossing itself',
      at('0,0 50,20 30,0 0,25'),
      ['#/polygon/points/1', '#/polygon/points/2'],
    ],
  ])('has nothing %s of it', async (_, points, errors) => {
    expectProblem(await add(points), 422, 'impossible-geometry', errors);
  });

  it('judges the whole set, and a replacement too', async () => {
    const outside = annotationFields({
      polygon: { points: at('0,0 41,1') },
    });
    const { index } = await anAnnotation(service.http, {}, image);

    const set = await service.http
      .put(pathTo(image, 'annotations'))
      .send({ annotations: [annotationFields(), outside] });
    expectProblem(set, 422, 'impossible-geometry', ['#/annotations/1/polygon/points/1']);

    const one = await service.http.put(pathTo(image, 'annotations', index)).send(outside);
    expectProblem(one, 422, 'impossible-geometry', ['#/polygon/points/1']);
  });

  it('cannot be attached to annotations that lie outside', async () => {
    const annotated = await anImage(service.http, {
      annotations: [
        annotationFields(),
        annotationFields({
          polygon: { points: at('0,0 10,0 10,45') },
        }),
      ],
    });
    const picture = await drawPicture({ format: 'png', width: 40, height: 40 });

    const answer = await service.http
      .put(pathTo(annotated, 'file'))
      .type('image/png')
      .send(picture);

    expectProblem(answer, 422, 'annotations-outside-picture', ['#/annotations/1/polygon/points/2']);
    expect((await service.http.get(pathTo(annotated))).body).toEqual(annotated);
  });

  it('comes together with its annotations, or not at all', async () => {
    const picture = await drawPicture({ format: 'png', width: 40, height: 30 });
    const fields = imageFields({
      annotations: [
        annotationFields({
          polygon: { points: at('0,0 40.5,31') },
        }),
      ],
    });

    const answer = await service.http
      .post('/images')
      .field('metadata', JSON.stringify(fields))
      .attach('file', picture, 'tray.png');

    expectProblem(answer, 422, 'impossible-geometry', ['#/annotations/0/polygon/points/1']);
    expectProblem(
      await service.http.get(pathTo({ image_key: String(fields.image_key) })),
      404,
      'image-not-found',
    );
  });
});
