import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Http, startApp, type TestApp } from './helpers/app.js';
import { drawPicture } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  type AnnotatedImage,
  anImage,
  annotationFields,
  at,
  type Fields,
  pathTo,
} from './helpers/records.js';

type Points = [number, number][];

/** A spike of less than half a pixel, and a point that is there twice. */
const SPIKY = { points: at('0,0 9,0 9.4,0 9,0 9,9 9,9') };
const REPAIRED = { points: at('0,0 9,0 9,9') };
const SPIKY_REPAIRS = (prefix: string) => [
  {
    pointer: `${prefix}/polygon/points/5`,
    action: 'removed-duplicate',
    detail: 'repeated the point before it',
  },
  {
    pointer: `${prefix}/polygon/points/2`,
    action: 'removed-spike',
    detail: 'was the tip of a spike within half a pixel of the rest',
  },
];
/** A figure of eight with large lobes. */
const BOW_TIE = { points: at('0,0 9,9 9,0 0,7') };

let service: TestApp;
let http: Http;

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

const annotation = (fields: Fields = {}): Fields => ({ instrument: 'clamp', ...fields });
const annotationsOf = (image: AnnotatedImage) => pathTo(image, 'annotations');

async function anImageOf(width: number, height: number): Promise<AnnotatedImage> {
  const image = await anImage(http);
  const picture = await drawPicture({ format: 'png', width, height });
  await http
    .put(pathTo(image, 'file'))
    .set('Content-Type', 'application/octet-stream')
    .send(picture)
    .expect(201);
  return image;
}

describe('a write with repair=true', () => {
  it('stores one annotation repaired, and says what was done', async () => {
    const image = await anImage(http);
    const added = await http
      .post(`${annotationsOf(image)}?repair=true`)
      .send(annotation({ polygon: SPIKY }));

    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      polygon: REPAIRED,
      area: 40.5,
      repairs: SPIKY_REPAIRS('#'),
    });
    const one = `${annotationsOf(image)}/0`;
    expect((await http.get(one)).body).toMatchObject({ polygon: REPAIRED, version: 1 });

    const replaced = await http.put(`${one}?repair=true`).send(annotation({ polygon: SPIKY }));
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ polygon: REPAIRED, repairs: SPIKY_REPAIRS('#') });
  });

  it('says that nothing was needed, and leaves what is possible exactly as it is', async () => {
    const image = await anImage(http);
    const polygon = { points: at('0.1,0.2 9.7,0.3 9,9.123456789') };
    const { body } = await http
      .post(`${annotationsOf(image)}?repair=true`)
      .send(annotation({ polygon }));
    expect(body).toMatchObject({ polygon, repairs: [] });
  });

  it('says nothing about repairs unless it is asked to repair', async () => {
    const image = await anImage(http);
    for (const query of ['', '?repair=false']) {
      const { body } = await http.post(`${annotationsOf(image)}${query}`).send(annotation());
      expect(body).not.toHaveProperty('repairs');
    }
    const refused = await http
      .post(`${annotationsOf(image)}?repair=false`)
      .send(annotation({ polygon: SPIKY }));
    expectProblem(refused, 422, 'impossible-geometry', ['#/polygon/points/2']);
  });

  it('names the places of a set, and tells of each annotation what was done to it', async () => {
    const image = await anImage(http, { annotations: [annotationFields()] });
    const { status, body } = await http.put(`${annotationsOf(image)}?repair=true`).send({
      annotations: [annotation({ polygon: SPIKY }), annotation({ index: 0, polygon: null })],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { index: 0, repairs: [] },
      { index: 1, polygon: REPAIRED, repairs: SPIKY_REPAIRS('#/annotations/0') },
    ]);
  });

  it('does so with edits of a set', async () => {
    const image = await anImage(http, { annotations: [annotationFields(), annotationFields()] });
    const { status, body } = await http.patch(`${annotationsOf(image)}?repair=true`).send({
      create: [annotation(), annotation({ polygon: SPIKY })],
      replace: [annotation({ index: 0, polygon: SPIKY })],
      delete: [1],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      results: [
        { status: 201, annotation: { repairs: [] } },
        { status: 201, annotation: { polygon: REPAIRED, repairs: SPIKY_REPAIRS('#/create/1') } },
        { status: 200, annotation: { polygon: REPAIRED, repairs: SPIKY_REPAIRS('#/replace/0') } },
        { status: 204, annotation: null },
      ],
    });
  });

  it('refuses what it cannot repair, with the faults of what was sent, and stores nothing', async () => {
    const image = await anImage(http);
    const single = annotation({ polygon: BOW_TIE });
    const answer = await http.post(`${annotationsOf(image)}?repair=true`).send(single);
    expectProblem(answer, 422, 'impossible-geometry', ['#/polygon/points/2']);

    const set = await http
      .put(`${annotationsOf(image)}?repair=true`)
      .send({ annotations: [annotation({ polygon: SPIKY }), single] });
    expectProblem(set, 422, 'impossible-geometry', ['#/annotations/1/polygon/points/2']);
    expect((await http.get(annotationsOf(image))).body).toEqual([]);
  });

  it('moves what lies a hair outside of the picture to its margin', async () => {
    const image = await anImageOf(20, 10);
    const sent = [
      annotation({ polygon: { points: at('-0.7,0 20,0 10,10') } }),
      annotation({ box: { x: -0.75, y: 1, width: 10, height: 10 } }),
      annotation({ polyline: { points: at('1,1 20.75,5') } }),
      annotation({ points: { points: at('1,-0.6 99,99'), visibility: [2, 0] } }),
      annotation({ polygon: { points: at('0,0 5,5') } }),
    ];
    const { status, body } = await http
      .put(`${annotationsOf(image)}?repair=true`)
      .send({ annotations: sent });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      {
        polygon: { points: at('-0.5,0 20,0 10,10') },
        repairs: [{ pointer: '#/annotations/0/polygon/points/0', action: 'clamped' }],
      },
      {
        box: { x: -0.5, y: 1, width: 9.75, height: 9.5 },
        repairs: ['x', 'width', 'height'].map((side) => ({
          pointer: `#/annotations/1/box/${side}`,
          action: 'clamped',
        })),
      },
      {
        polyline: { points: at('1,1 20.5,5') },
        repairs: [{ pointer: '#/annotations/2/polyline/points/1', action: 'clamped' }],
      },
      {
        points: { points: at('1,-0.5 99,99') },
        repairs: [{ pointer: '#/annotations/3/points/points/0', action: 'clamped' }],
      },
      { repairs: [] },
    ]);
    const far = annotation({ polygon: { points: at('-1.2,0 20,0 10,10') } });
    expectProblem(
      await http.post(`${annotationsOf(image)}?repair=true`).send(far),
      422,
      'impossible-geometry',
      ['#/polygon/points/0'],
    );
    const half = annotation({ polyline: { points: at('1,-0.6 99,5') } });
    expectProblem(
      await http.post(`${annotationsOf(image)}?repair=true`).send(half),
      422,
      'impossible-geometry',
      ['#/polyline/points/0', '#/polyline/points/1'],
    );
  });

  it('repairs 10,000 points and polygons with holes, on a thread of its own', async () => {
    const image = await anImage(http);
    const circle = Array.from({ length: 5_000 }, (_, n) => {
      const angle = (n / 5_000) * 2 * Math.PI;
      return [500 + 400 * Math.cos(angle), 500 + 400 * Math.sin(angle)] as [number, number];
    });
    const twice = circle.flatMap((point): Points => [point, point]);
    const rings = [at('0,0 90,0 90,0 90,90 0,90'), at('10,10 20,10 20.3,10 20,10 20,20')];
    const { status, body } = await http.put(`${annotationsOf(image)}?repair=true`).send({
      annotations: [annotation({ polygon: { points: twice } }), annotation({ polygon: { rings } })],
    });
    expect(status).toBe(200);
    const [one, other] = body as { polygon: object; repairs: { pointer: string }[] }[];
    expect(one?.polygon).toEqual({ points: circle });
    expect(one?.repairs).toHaveLength(5_000);
    expect(other).toMatchObject({
      polygon: { rings: [at('0,0 90,0 90,90 0,90'), at('10,10 20,10 20,20')] },
      repairs: [
        { pointer: '#/annotations/1/polygon/rings/0/2', action: 'removed-duplicate' },
        { pointer: '#/annotations/1/polygon/rings/1/2', action: 'removed-spike' },
      ],
    });
  });

  it('says what would be repaired, and stores nothing, beside validate=only', async () => {
    const image = await anImage(http);
    const answer = await http
      .post(`${annotationsOf(image)}?repair=true&validate=only`)
      .send(annotation({ polygon: SPIKY }));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-validate']).toBe('only');
    expect(answer.body).toMatchObject({ polygon: REPAIRED, repairs: SPIKY_REPAIRS('#') });
    expect((await http.get(annotationsOf(image))).body).toEqual([]);
  });

  it('answers 404 for an image that does not exist, and 400 to what is no truth', async () => {
    const nowhere = { image_key: 'nowhere' };
    const body = annotation({ polygon: SPIKY });
    expectProblem(
      await http.post(`${pathTo(nowhere, 'annotations')}?repair=true`).send(body),
      404,
      'image-not-found',
    );
    const image = await anImage(http);
    const answer = await http.post(`${annotationsOf(image)}?repair=yes&mend=true`).send(body);
    expectProblem(answer, 400, 'invalid-request', ['repair', 'mend']);
  });
});
