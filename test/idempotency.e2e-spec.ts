import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { drawPicture } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  anImage,
  annotationFields,
  type Fields,
  imageFields,
  pathTo,
  unique,
  userFields,
} from './helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

const post = (path: string, key: string, body: Fields) =>
  http.post(path).set('Idempotency-Key', key).send(body);

async function count(table: string): Promise<number> {
  const [row] = await service.dataSource.query<[{ count: number }]>(
    `SELECT count(*)::int FROM ${table}`,
  );
  return row.count;
}

describe('Idempotency-Key', () => {
  it('makes adding an annotation safe to repeat: 201, then 200 with the same annotation', async () => {
    const image = await anImage(http);
    const path = pathTo(image, 'annotations');
    const body = annotationFields();

    const first = await post(path, unique('key'), body);
    const key = unique('key');
    const second = await post(path, key, body);
    const repeated = await post(path, key, body);

    expect([first.status, second.status, repeated.status]).toEqual([201, 201, 200]);
    expect(repeated.body).toEqual(second.body);
    expect(repeated.headers).toMatchObject({ etag: '"1"', location: second.headers.location });
    expect((await http.get(path)).body).toHaveLength(2);
  });

  it('answers a repeated request with the resource as it is now', async () => {
    const image = await anImage(http);
    const key = unique('key');
    const body = annotationFields({ instrument: 'scalpel' });
    const added = await post(pathTo(image, 'annotations'), key, body);
    await http.put(added.headers.location!).send(annotationFields({ instrument: 'forceps' }));

    const repeated = await post(pathTo(image, 'annotations'), key, body);

    expect(repeated.status).toBe(200);
    expect(repeated.body).toMatchObject({ instrument: 'forceps', version: 2 });
  });

  it('stores one annotation when twenty equal requests come at once', async () => {
    const image = await anImage(http);
    const key = unique('key');
    const body = annotationFields();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(pathTo(image, 'annotations'), key, body)),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.body.index))).toEqual(new Set([0]));
  });

  it('lets the server choose the key of an image only once, as JSON and with a file', async () => {
    const record = imageFields({ image_key: undefined });
    const file = await drawPicture({ format: 'jpeg', width: 40, height: 30 });
    const upload = (key: string) =>
      http
        .post('/images')
        .set('Idempotency-Key', key)
        .field('metadata', JSON.stringify(record))
        .attach('file', file, 'photograph.jpg');
    const [jsonKey, formKey] = [unique('key'), unique('key')];
    const before = await count('images');

    const json = [await post('/images', jsonKey, record), await post('/images', jsonKey, record)];
    const form = [await upload(formKey), await upload(formKey)];

    expect([...json, ...form].map(({ status }) => status)).toEqual([201, 200, 201, 200]);
    expect(json[1]?.body).toEqual(json[0]?.body);
    expect(form[1]?.body).toEqual(form[0]?.body);
    expect(await count('images')).toBe(before + 2);
  });

  it('answers 200 to a user that was made by an equal request, which is 409 without the key', async () => {
    const body = userFields();
    const key = unique('key');
    await post('/users', key, body);

    expect((await post('/users', key, body)).status).toBe(200);
    expectProblem(await http.post('/users').send(body), 409, 'user-exists');
  });

  it('answers 200 to a repeated restore', async () => {
    const image = await anImage(http);
    await http.delete(pathTo(image));
    const key = unique('key');

    const answers = [
      await post(pathTo(image, 'restore'), key, {}),
      await post(pathTo(image, 'restore'), key, {}),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expectProblem(await http.post(pathTo(image, 'restore')), 409, 'image-not-in-trash');
  });

  it('answers 422 when the key came with another request, and changes nothing', async () => {
    const image = await anImage(http);
    const other = await anImage(http);
    const key = unique('key');
    await post(pathTo(image, 'annotations'), key, annotationFields());
    const before = await count('annotations');

    const anotherBody = await post(
      pathTo(image, 'annotations'),
      key,
      annotationFields({ instrument: 'another' }),
    );
    const anotherPath = await post(pathTo(other, 'annotations'), key, annotationFields());

    expectProblem(anotherBody, 422, 'idempotency-key-reused');
    expectProblem(anotherPath, 422, 'idempotency-key-reused');
    expect(await count('annotations')).toBe(before);
  });

  it('is free again after a request that was refused', async () => {
    const image = await anImage(http);
    const key = unique('key');
    const crossing = annotationFields({
      polygon: {
        points: [
          [0, 0],
          [9, 6],
          [9, 0],
          [0, 9],
        ],
      },
    });

    expectProblem(
      await post(pathTo(image, 'annotations'), key, crossing),
      422,
      'impossible-geometry',
    );

    expect((await post(pathTo(image, 'annotations'), key, annotationFields())).status).toBe(201);
  });

  it('is forgotten after 24 hours', async () => {
    const image = await anImage(http);
    const key = unique('key');
    const body = annotationFields();
    await post(pathTo(image, 'annotations'), key, body);
    await service.dataSource.query(
      `UPDATE idempotency_keys SET created_at = created_at - interval '24 hours' WHERE key = $1`,
      [key],
    );

    const later = await post(pathTo(image, 'annotations'), key, body);

    expect(later.status).toBe(201);
    expect(later.body.index).toBe(1);
  });

  it.each(['', 'with space', 'x'.repeat(256), 'schlüssel'])(
    'answers 400 to the key "%s"',
    async (key) => {
      const image = await anImage(http);
      const answer = await post(pathTo(image, 'annotations'), Buffer.from(key).toString('latin1'), {
        instrument: 'x',
      });
      expectProblem(answer, 400, 'invalid-request', [{ header: 'Idempotency-Key' }]);
    },
  );
});
