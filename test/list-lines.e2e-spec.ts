import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { aKey } from './helpers/credentials.js';
import { allPages } from './helpers/pages.js';
import { expectProblem } from './helpers/problems.js';
import { aLocation, anImage, annotationFields, aUser, pathTo, unique } from './helpers/records.js';

const NDJSON = 'application/x-ndjson';

let service: TestApp;
let label = '';

/** Every list but that of images, by what it is of. */
const LISTS: readonly [what: string, path: () => string][] = [
  ['users', () => '/users'],
  ['locations', () => '/locations'],
  ['labels', () => '/instruments'],
  ['API keys', () => '/api-keys'],
  ['the audit log', () => '/audit-log'],
  ['the versions of an annotation', () => '/images/marked/annotations/0/history'],
  ['the changes of all labels', () => '/instrument-changes'],
  ['the changes of a label', () => `/instruments/${label}/history`],
];

beforeAll(async () => {
  service = await startApp();
  const { http } = service;
  for (let count = 0; count < 25; count += 1) {
    await Promise.all([aUser(http), aLocation(http), aKey(service)]);
    await anImage(http, { annotations: [annotationFields({ instrument: unique('label') })] });
  }
  const image = await anImage(http, {
    image_key: 'marked',
    annotations: [annotationFields(), annotationFields({ instrument: 'tray' })],
  });
  label = unique('renamed');
  await http.post('/instruments').send({ name: label }).expect(201);
  for (let count = 0; count < 25; count += 1) {
    const fields = annotationFields({ confidence: count / 100 });
    await http
      .put(pathTo(image, 'annotations', 0))
      .send(fields)
      .expect(200);
    const name = unique('renamed');
    await http.patch(`/instruments/${label}`).send({ name }).expect(200);
    label = name;
  }
}, 60_000);
afterAll(() => service.close());

async function linesOf(path: string): Promise<{ lines: unknown[]; headers: object }> {
  const { text, body, headers } = await service.http
    .get(path)
    .set('Accept', NDJSON)
    .buffer(true)
    .parse((response, done) => {
      let whole = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (whole += chunk));
      response.on('end', () => done(null, whole));
    })
    .expect(200);
  const whole = typeof body === 'string' ? body : text;
  expect(whole).toMatch(/^(?:.+\n)*$/);
  const lines = whole.split('\n').slice(0, -1);
  return { lines: lines.map((line) => JSON.parse(line) as unknown), headers };
}

describe.each(LISTS)('a list of %s as lines', (_what, pathOf) => {
  it('is all that its pages make, without an address of a next page', async () => {
    const pages = await allPages(service.http, `${pathOf()}?limit=7`);

    const { lines, headers } = await linesOf(pathOf());

    expect(pages.length).toBeGreaterThan(1);
    expect(lines).toEqual(pages.flat());
    expect(headers).toMatchObject({ 'content-type': NDJSON });
    expect(headers).not.toHaveProperty('link');
  });

  it('goes on behind a cursor, and ends after a limit that is sent', async () => {
    const { body, headers } = await service.http.get(`${pathOf()}?limit=4`);
    const [, next = ''] = /^<([^>]+)>/.exec(String(headers.link)) ?? [];

    const { lines: rest } = await linesOf(next.replace('limit=4&', ''));
    const { lines: few } = await linesOf(`${pathOf()}?limit=3`);

    expect([...(body as unknown[]), ...rest]).toEqual((await linesOf(pathOf())).lines);
    expect(few).toEqual((body as unknown[]).slice(0, 3));
  });

  it('is refused like a page, before anything is sent', async () => {
    const answer = await service.http.get(`${pathOf()}?limit=501&cursor=x`).set('Accept', NDJSON);
    expectProblem(answer, 400, 'invalid-request', ['limit']);
  });
});

describe('the annotations of an image as lines', () => {
  it('are those of the array, with an entity tag of their own', async () => {
    const path = '/images/marked/annotations';
    const whole = await service.http.get(path).expect(200);

    const { lines, headers } = await linesOf(path);

    expect(lines).toEqual(whole.body);
    const { etag } = headers as { etag: string };
    expect(etag).not.toBe(whole.headers.etag);
    await service.http.get(path).set('Accept', NDJSON).set('If-None-Match', etag).expect(304);
    await service.http.get(path).set('If-None-Match', etag).expect(200);
  });
});
