import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { allPages, nextPage } from './helpers/pages.js';
import { expectProblem } from './helpers/problems.js';
import {
  anAnnotation,
  anImage,
  annotationFields,
  aTrashedImage,
  pathTo,
} from './helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeEach(async () => {
  service = await startApp();
  http = service.http;
});
afterEach(() => service.close());

describe('GET /instruments', () => {
  it('counts the annotations and the images of each label, by code point', async () => {
    expect((await http.get('/instruments')).body).toEqual([]);
    await anImage(http, {
      annotations: ['scalpel', 'scalpel', 'Zange', 'é'].map((instrument) => ({ instrument })),
    });
    await anImage(http, { annotations: [{ instrument: 'scalpel' }, { instrument: '😀' }] });
    await anAnnotation(http, { instrument: 'e\u0301' });

    const { body, status } = await http.get('/instruments');

    expect(status).toBe(200);
    expect(body).toEqual([
      { name: 'Zange', annotation_count: 1, image_count: 1 },
      { name: 'scalpel', annotation_count: 3, image_count: 2 },
      { name: 'é', annotation_count: 2, image_count: 2 },
      { name: '😀', annotation_count: 1, image_count: 1 },
    ]);
  });

  it('leaves out what is not in use: replaced, deleted, in the trash or purged', async () => {
    const replaced = await anAnnotation(http, { instrument: 'replaced' });
    await http
      .put(pathTo(replaced))
      .send(annotationFields({ instrument: 'kept' }))
      .expect(200);
    const deleted = await anAnnotation(http, { instrument: 'deleted' });
    await http.delete(pathTo(deleted)).expect(204);
    await anAnnotation(http, { instrument: 'dropped' }, deleted);
    await http
      .put(`/images/${deleted.image_key}/annotations`)
      .send({ annotations: [] })
      .expect(200);
    const trashed = await aTrashedImage(http, { annotations: [{ instrument: 'trashed' }] });
    const purged = await anImage(http, { annotations: [{ instrument: 'purged' }] });
    await http.delete(`${pathTo(purged)}?purge=true`).expect(204);

    expect(await namesIn('/instruments')).toEqual(['kept']);

    await http.post(pathTo(trashed, 'restore')).expect(200);
    expect(await namesIn('/instruments')).toEqual(['kept', 'trashed']);
  });

  it('comes in pages and counts only what is in use', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await anImage(http, { annotations: names.map((instrument) => ({ instrument })) });
    await aTrashedImage(http, { annotations: [{ instrument: 'aa' }] });

    const pages = await allPages(http, '/instruments?limit=2');
    const first = await http.get('/instruments?limit=2&count=exact');

    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((item) => (item as { name: string }).name)).toEqual(names);
    expect(first.headers['x-total-count']).toBe('5');
    const other = new URL(nextPage(first)!, service.url).searchParams.get('cursor')!;
    expectProblem(await http.get(`/users?cursor=${other}`), 400, 'invalid-request', ['cursor']);
    expectProblem(await http.get('/instruments?q=a'), 400, 'invalid-request', ['q']);
  });
});

async function namesIn(path: string): Promise<string[]> {
  const { body } = await http.get(path).expect(200);
  return (body as { name: string }[]).map(({ name }) => name);
}
