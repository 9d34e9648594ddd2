import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';
import {
  anAnnotation,
  annotationFields,
  anImage,
  aPolygon,
  at,
  etagOf,
  type Fields,
  pathTo,
} from '../helpers/records.js';

const CROSSED = aPolygon(at('0,0 9,9 9,0 0,9'));
const TABLES = [
  'images',
  'annotations',
  'annotation_versions',
  'instruments',
  'image_instruments',
  'audit_log',
  'idempotency_keys',
  'review_transitions',
];

describe('validate=only', () => {
  let service: TestApp;
  let http: Http;

  beforeAll(async () => {
    service = await startApp();
    http = service.http;
  });
  afterAll(() => service.close());

  /** All rows of all tables that a write of annotations touches. */
  async function everything(): Promise<unknown> {
    const rows = TABLES.map(async (table) => [
      table,
      await service.dataSource.query(`SELECT t::text FROM ${table} t ORDER BY 1`),
    ]);
    return Promise.all(rows);
  }

  /** Sends a request, and expects it to change nothing at all. */
  async function tried(method: 'post' | 'put' | 'patch', path: string, body: Fields) {
    const before = await everything();
    const answer = await http[method](`${path}?validate=only`).send(body);
    expect(await everything()).toEqual(before);
    return answer;
  }

  it.each<[string, 'post' | 'put' | 'patch', (string | number)[], Fields]>([
    ['adding one', 'post', ['annotations'], annotationFields({ instrument: 'a label of its own' })],
    ['replacing one', 'put', ['annotations', 0], annotationFields({ instrument: 'another' })],
    [
      'replacing the set',
      'put',
      ['annotations'],
      { annotations: [annotationFields({ index: 0, instrument: 'a third' }), annotationFields()] },
    ],
    [
      'editing the set',
      'patch',
      ['annotations'],
      { create: [annotationFields()], replace: [annotationFields({ index: 0, box: null })] },
    ],
  ])('%s answers what it would store, and stores nothing', async (_, method, below, body) => {
    const image = await anImage(http);
    await anAnnotation(http, {}, image);
    const path = pathTo(image, ...below);

    const answer = await tried(method, path, body);

    expect(answer.status).toBe(200);
    expect(answer.headers['x-validate']).toBe('only');
    expect(answer.headers).not.toHaveProperty('etag');
    expect(answer.headers).not.toHaveProperty('location');
    const stored = await http[method](path).send(body);
    expect(stored.status).toBeLessThan(300);
    expect(stored.headers).not.toHaveProperty('x-validate');
    expect(withoutTimes(answer.body)).toEqual(withoutTimes(stored.body));
  });

  it.each<[string, number, string, (image: Image) => PromiseLike<Answer>]>([
    ['no image', 404, 'image-not-found', () => tried('post', '/images/none/annotations', {})],
    [
      'an index that is taken',
      409,
      'annotation-exists',
      (image) => tried('post', pathTo(image, 'annotations'), annotationFields({ index: 0 })),
    ],
    [
      'an impossible polygon',
      422,
      'impossible-geometry',
      (image) =>
        tried('put', pathTo(image, 'annotations', 0), annotationFields({ polygon: CROSSED })),
    ],
    [
      'a conflict',
      409,
      'annotation-conflict',
      (image) => tried('patch', pathTo(image, 'annotations'), { delete: [7] }),
    ],
    [
      'bad input',
      400,
      'invalid-request',
      (image) => tried('put', pathTo(image, 'annotations'), { annotations: 1 }),
    ],
  ])('answers the problem that the write would have: %s', async (_, status, code, ask) => {
    const image = await anImage(http);
    await anAnnotation(http, {}, image);

    expectProblem(await ask(image), status, code);
  });

  it('answers 412 to a stale If-Match, and 200 to a current one', async () => {
    const annotation = await anAnnotation(http);
    const path = `${pathTo(annotation)}?validate=only`;
    const put = (tag: string) => http.put(path).set('If-Match', tag).send(annotationFields());

    expectProblem(await put('"9"'), 412, 'annotation-changed');
    expect((await put(await etagOf(http, pathTo(annotation)))).status).toBe(200);
  });

  it('keeps no Idempotency-Key: the write itself is not a repetition', async () => {
    const image = await anImage(http);
    const path = pathTo(image, 'annotations');
    const post = (query: string) =>
      http.post(`${path}${query}`).set('Idempotency-Key', 'tried').send(annotationFields());

    await post('?validate=only').expect(200);

    expect((await post('')).status).toBe(201);
  });

  it('gives no index away', async () => {
    const image = await anImage(http);
    const path = pathTo(image, 'annotations');

    const { body: first } = await tried('post', path, annotationFields());
    const { body: second } = await tried('post', path, annotationFields());

    expect([first.index, second.index]).toEqual([0, 0]);
  });

  it('answers 400 to any other word', async () => {
    const image = await anImage(http);

    for (const word of ['true', '', 'ONLY'])
      expectProblem(
        await http
          .post(`${pathTo(image, 'annotations')}?validate=${word}`)
          .send(annotationFields()),
        400,
        'invalid-request',
        ['validate'],
      );
  });

  it('names labels that a closed vocabulary lacks', async () => {
    const closed = await startApp({ instruments: 'closed' });
    const image = await anImage(closed.http);

    const answer = await closed.http
      .post(`${pathTo(image, 'annotations')}?validate=only`)
      .send(annotationFields());

    expectProblem(answer, 422, 'unknown-instrument', ['#/instrument']);
    await closed.close();
  });
});

interface Image {
  image_key: string;
}
type Answer = Awaited<ReturnType<Http['get']>>;

/** Times differ from one moment to the next. */
function withoutTimes(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (name, value: unknown) =>
      name === 'created_at' || name === 'updated_at' ? undefined : value,
    ),
  ) as unknown;
}
