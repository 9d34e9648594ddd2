import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';
import {
  aLocation,
  anAnnotation,
  anImage,
  annotationFields,
  aUser,
  imageFields,
  pathTo,
  unique,
} from '../helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  // Conflicts are the subject, and not what a busy machine can do in 4.5 seconds.
  service = await startApp({ databaseDeadlineMs: 60_000, lockTimeoutMs: 50_000 });
  http = service.http;
});
afterAll(() => service.close());

/** Sends so many requests at once. */
function together(
  count: number,
  send: (place: number) => PromiseLike<Response>,
): Promise<Response[]> {
  return Promise.all(Array.from({ length: count }, async (_, place) => send(place)));
}

/** How often each status was answered. */
function tally(answers: readonly Response[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('50 clients that create one image key', () => {
  it('get one 201 and 49 × 409 when they send different records', async () => {
    const fields = imageFields({ annotations: [annotationFields()] });

    const answers = await together(50, (place) =>
      http.post('/images').send({ ...fields, client_id: `client ${place}` }),
    );

    expect(tally(answers)).toEqual({ 201: 1, 409: 49 });
    const made = answers.find(({ status }) => status === 201)!;
    for (const answer of answers) if (answer !== made) expectProblem(answer, 409, 'image-exists');
    const { body } = await http.get(pathTo({ image_key: String(fields.image_key) }));
    expect(body).toEqual(made.body);
  });

  it('get one 201 and 49 × 200 when they send the same record', async () => {
    const fields = imageFields({ annotations: [annotationFields(), annotationFields()] });

    const answers = await together(50, () => http.post('/images').send(fields));

    expect(tally(answers)).toEqual({ 200: 49, 201: 1 });
    for (const answer of answers) expect(answer.body).toEqual(answers[0]!.body);
  });
});

it('50 clients that create one user get one 201 and 49 × 409', async () => {
  const id = unique('user');

  const answers = await together(50, (place) =>
    http.post('/users').send({ id, first_name: 'Ada', last_name: String(place) }),
  );

  expect(tally(answers)).toEqual({ 201: 1, 409: 49 });
});

it('100 annotations that are added at once get 100 indexes without a gap', async () => {
  const image = await anImage(http);

  const answers = await together(100, () =>
    http.post(pathTo(image, 'annotations')).send(annotationFields()),
  );

  expect(tally(answers)).toEqual({ 201: 100 });
  const indexes = answers.map(({ body }) => body.index as number).sort((a, b) => a - b);
  expect(indexes).toEqual(Array.from({ length: 100 }, (_, index) => index));
  const set = await http.get(pathTo(image, 'annotations'));
  expect(set.headers.etag).toBe('"100"');
  expect(set.body).toHaveLength(100);
});

it('50 clients that add one index by name get one 201 and 49 × 409', async () => {
  const image = await anImage(http);

  const answers = await together(50, (place) =>
    http
      .post(pathTo(image, 'annotations'))
      .send(annotationFields({ index: 7, instrument: `label ${place}` })),
  );

  expect(tally(answers)).toEqual({ 201: 1, 409: 49 });
});

describe('50 clients that change what they all read in one version', () => {
  it.each([
    [
      'an annotation',
      '"1"',
      () => anAnnotation(http).then((annotation) => pathTo(annotation)),
      (path: string, place: number) =>
        http.put(path).send(annotationFields({ attributes: { place } })),
    ],
    [
      'an annotation set',
      '"0"',
      () => anImage(http).then((image) => pathTo(image, 'annotations')),
      (path: string, place: number) =>
        http.put(path).send({ annotations: [annotationFields({ attributes: { place } })] }),
    ],
    [
      'an image',
      '"1.0"',
      () => anImage(http).then((image) => pathTo(image)),
      (path: string, place: number) => http.patch(path).send({ hardware_id: `camera ${place}` }),
    ],
    [
      'a user',
      '"1"',
      () => aUser(http).then(({ id }) => `/users/${id}`),
      (path: string, place: number) => http.patch(path).send({ role: `role ${place}` }),
    ],
  ] as const)('lose no update of %s: one wins, 49 are told so', async (_, etag, make, write) => {
    const path = await make();

    const answers = await together(50, (place) => write(path, place).set('If-Match', etag));

    expect(tally(answers)).toEqual({ 200: 1, 412: 49 });
    const winner = answers.find(({ status }) => status === 200)!;
    const now = await http.get(path);
    expect(now.body).toEqual(winner.body);
    expect(now.headers.etag).toBe(winner.headers.etag);
  });

  it('all succeed in turn when they read and try again', async () => {
    const path = pathTo(await anAnnotation(http, { attributes: { count: 0 } }));
    const increment = async (): Promise<void> => {
      const { body, headers } = await http.get(path);
      const answer = await http
        .put(path)
        .set('If-Match', headers.etag!)
        .send(annotationFields({ attributes: { count: Number(body.attributes.count) + 1 } }));
      if (answer.status === 412) await increment();
    };

    await Promise.all(Array.from({ length: 10 }, increment));

    expect((await http.get(path)).body).toMatchObject({ attributes: { count: 10 }, version: 11 });
  });
});

it('40 clients that use the same new labels in different orders do not lock each other out', async () => {
  const labels = Array.from({ length: 20 }, () => unique('label'));
  const images = await Promise.all(Array.from({ length: 40 }, () => anImage(http)));

  const answers = await together(40, (place) => {
    const order = [...labels.slice(place % 20), ...labels.slice(0, place % 20)];
    if (place % 2) order.reverse();
    const annotations = order.map((instrument) => ({ instrument, polygon: null }));
    return place % 4 === 0
      ? http.post('/images').send(imageFields({ annotations }))
      : http.put(pathTo(images[place]!, 'annotations')).send({ annotations });
  });

  expect(tally(answers)).toEqual({ 200: 30, 201: 10 });
  const { body } = await http.get('/instruments?limit=500');
  const counts = new Map(
    (body as { name: string; annotation_count: number }[]).map((item) => [
      item.name,
      item.annotation_count,
    ]),
  );
  for (const label of labels) expect(counts.get(label)).toBe(40);
});

it('a user or location that is deleted while images are made for it is kept or refused, never lost', async () => {
  const rounds = await Promise.all(
    Array.from({ length: 15 }, async () => {
      const [user, location] = await Promise.all([aUser(http), aLocation(http)]);
      const fields = imageFields({ user_id: user.id, location_id: location.id });
      const [made, userGone, locationGone] = await Promise.all([
        http.post('/images').send(fields),
        http.delete(`/users/${user.id}`),
        http.delete(`/locations/${location.id}`),
      ]);
      return [made.status, userGone.status, locationGone.status];
    }),
  );

  for (const [made, ...gone] of rounds) {
    if (made === 201) expect(gone).toEqual([409, 409]);
    else expect([made, gone.includes(204)]).toEqual([422, true]);
  }
});

it('an image that is purged while annotations are added leaves nothing behind', async () => {
  const image = await anImage(http);

  const [purged, ...added] = await Promise.all([
    http.delete(`${pathTo(image)}?purge=true`),
    ...Array.from({ length: 20 }, () =>
      http.post(pathTo(image, 'annotations')).send(annotationFields()),
    ),
  ]);

  expect(purged.status).toBe(204);
  for (const { status } of added) expect([201, 404]).toContain(status);
  const [{ count }] = await service.dataSource.query(
    `SELECT count(*)::int FROM annotations WHERE image_id NOT IN (SELECT id FROM images)`,
  );
  expect(count).toBe(0);
});
