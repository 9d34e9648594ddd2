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
  // Filling the table is one statement, which takes a while on a busy machine.
  service = await startApp({ databaseDeadlineMs: 60_000 });
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
    expectProblem(await http.get('/instruments?sort=name'), 400, 'invalid-request', ['sort']);
  });

  it('counts in the images that pass the filters of GET /images, and in no others', async () => {
    const early = '2020-01-01T00:00:00Z';
    await anImage(http, {
      image_key: 'tray/1',
      ...{ hardware_id: 'camera', ml_tag: 'TEST', created_at: early },
      annotations: ['clamp', 'clamp', 'tray'].map((instrument) => ({ instrument })),
    });
    await anImage(http, {
      image_key: 'tray/2',
      client_id: 'other',
      annotations: ['clamp', 'scalpel'].map((instrument) => ({ instrument })),
    });
    await aTrashedImage(http, { annotations: [{ instrument: 'lost' }] });

    const all = ['clamp 3 2', 'scalpel 1 1', 'tray 1 1'];
    const [first, second] = [
      ['clamp 2 1', 'tray 1 1'],
      ['clamp 1 1', 'scalpel 1 1'],
    ];
    for (const [query, expected] of [
      ['', all],
      ['q=TRAY', all],
      ['instrument=tray', first],
      ['instrument=tray&instrument=scalpel', all],
      ['hardware_id=camera', first],
      ['ml_tag=TEST', first],
      ['client_id=other', second],
      [`created_from=${early}&created_to=2021-01-01T00:00:00Z`, first],
      ['created_from=2021-01-01T00:00:00Z', second],
      ['has_file=true', []],
      ['annotated=false', []],
      ['trash=true', ['lost 1 1']],
      ['client_id=other&unused=true', ['clamp 1 1', 'lost 0 0', 'scalpel 1 1', 'tray 0 0']],
      ['user_id=nobody&unused=true&limit=1', ['clamp 0 0']],
    ] as const) {
      const { body, headers } = await http.get(`/instruments?count=exact&${query}`).expect(200);
      const counts = (body as Record<string, unknown>[]).map(
        ({ name, annotation_count, image_count }) =>
          [name, annotation_count, image_count].join(' '),
      );
      expect({ query, counts }).toEqual({ query, counts: expected });
      if (!query.includes('limit')) expect(headers['x-total-count']).toBe(String(expected.length));
      expect(headers['x-count']).toBeUndefined();
    }
    const unused = await allPages(http, '/instruments?limit=1&client_id=other&unused=true');
    expect(unused).toHaveLength(4);
  });

  it('estimates in more than 50,000 images, says so, and is about right', async () => {
    await anImage(http, { annotations: [{ instrument: 'clamp' }] });
    await service.dataSource.query(
      `INSERT INTO images (image_key, client_id, captured_at, received_at, updated_at, version, creation_digest,
              annotation_set_version, highest_annotation_index, annotation_count, annotation_bytes)
       SELECT 'many/' || n, CASE WHEN n <= 100 THEN 'few' ELSE 'many' END, now(), now(), now(), 1, '', 1, 1, 2, 0
         FROM generate_series(1, 60000) n`,
    );
    await service.dataSource.query(
      `INSERT INTO annotations (image_id, index, instrument_id, attributes, source, content_bytes, created_at,
              updated_at, version)
       SELECT images.id, n, instruments.id, '{}', 'human', 0, now(), now(), 1
         FROM images, instruments, generate_series(0, 1) n WHERE image_key LIKE 'many/%'`,
    );
    await service.dataSource.query('ANALYZE');

    const { body, headers } = await http.get('/instruments').expect(200);

    expect(headers['x-count']).toBe('estimated');
    expect(Math.abs(body[0].image_count - 60_001)).toBeLessThan(1_000);
    expect(Math.abs(body[0].annotation_count - 120_001)).toBeLessThan(2_000);
    const few = await http.get('/instruments?client_id=few').expect(200);
    expect(few.body).toEqual([{ name: 'clamp', annotation_count: 200, image_count: 100 }]);
    expect(few.headers['x-count']).toBeUndefined();

    const aboutAll = (counts: { images: number; annotations: number }) => {
      expect(Math.abs(counts.images - 60_001)).toBeLessThan(3_000);
      expect(Math.abs(counts.annotations - 120_001)).toBeLessThan(6_000);
    };
    const inUse = await http.delete('/instruments/clamp').expect(409);
    expect(inUse.body.count_kind).toBe('estimated');
    const renamed = await http.patch('/instruments/clamp').send({ name: 'Kocher clamp' });
    expect(renamed.body).toMatchObject({ action: 'rename', count_kind: 'estimated', done: true });
    aboutAll(renamed.body);
    const [noted] = (await http.get('/instruments/Kocher%20clamp/history').expect(200)).body;
    expect(noted).toMatchObject({ action: 'renamed', count_kind: 'estimated' });
    aboutAll({ images: noted.image_count, annotations: noted.annotation_count });
  });
});

async function namesIn(path: string): Promise<string[]> {
  const { body } = await http.get(path).expect(200);
  return (body as { name: string }[]).map(({ name }) => name);
}
