import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { aKey } from './helpers/credentials.js';
import { nextPage } from './helpers/pages.js';
import { expectProblem } from './helpers/problems.js';
import {
  aLocation,
  anAnnotation,
  anImage,
  annotationFields,
  aUser,
  pathTo,
} from './helpers/records.js';

let service: TestApp;
let http: TestApp['http'];
/** The address of every list, whatever it is below. */
let lists: string[];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
  const image = await anImage(http);
  const annotation = await anAnnotation(http, { instrument: 'probe' }, image);
  await anAnnotation(http, { instrument: 'forceps' }, image);
  await http.put(pathTo(annotation)).send(annotationFields()).expect(200);
  for (const name of ['renamed once', 'renamed twice', 'probe']) await rename(name);
  for (const text of ['Sharp?', 'Sharp.'])
    await http.post(pathTo(image, 'comments')).send({ text }).expect(201);
  for (const aRecord of [anImage, aUser, aUser, aLocation, aLocation]) await aRecord(http);
  for (let key = 0; key < 2; key += 1) await aKey(service);
  lists = [
    '/images',
    '/users',
    '/locations',
    '/instruments',
    '/instruments/probe/history',
    '/instrument-changes',
    '/audit-log',
    '/api-keys',
    pathTo(image, 'comments'),
    pathTo(annotation, 'history'),
  ];
});
afterAll(() => service.close());

it('a cursor holds for the list that gave it, and is refused by every other one', async () => {
  for (const list of lists) {
    const next = nextPage(await http.get(`${list}?limit=1`).expect(200));
    const cursor = new URL(String(next), service.url).searchParams.get('cursor');

    expect((await http.get(list).query({ cursor, limit: 1 }).expect(200)).body).toHaveLength(1);
    for (const other of lists.filter((path) => path !== list))
      expectProblem(await http.get(other).query({ cursor }), 400, 'invalid-request', ['cursor']);
  }
});

let label = 'probe';
async function rename(name: string): Promise<void> {
  await http
    .patch(`/instruments/${encodeURIComponent(label)}`)
    .send({ name })
    .expect(200);
  label = name;
}
