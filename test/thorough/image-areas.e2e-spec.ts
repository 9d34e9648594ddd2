import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../helpers/app.js';
import { manyImages } from '../helpers/many-images.js';
import { allPages, nextPage } from '../helpers/pages.js';
import { expectProblem } from '../helpers/problems.js';
import { type AnnotatedImage, anImage, aPolygon, at, pathTo } from '../helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp({ databaseDeadlineMs: 60_000 });
  http = service.http;
});
afterAll(() => service.close());

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
const keysOf = (images: unknown) => (images as AnnotatedImage[]).map(({ image_key: key }) => key);

describe('overlaps of GET /images', () => {
  beforeAll(async () => {
    const day = (number: number) => `2026-01-0${number}T00:00:00Z`;
    const one = (image_key: string, number: number, annotations: object[]) =>
      anImage(http, { image_key, client_id: 'areas', created_at: day(number), annotations });
    await one('a', 1, [
      { instrument: 'clamp', box: box(10, 10, 20, 10) },
      { instrument: 'probe', box: box(100, 100, 5, 5) },
    ]);
    await one('b', 2, [{ instrument: 'probe', polygon: aPolygon(at('10,10 30,10 10,20')) }]);
    // Of a line, which has no height, and of a whole picture, which has no box.
    await one('c', 3, [{ instrument: 'suture', polyline: { points: at('200,50 300,50') } }]);
    await one('d', 4, [{ instrument: 'clamp' }]);
    await one('e', 5, [
      { instrument: 'clamp', polygon: aPolygon(at('-1.5e308,-1.5e308 1.5e308,-1 -5,1.5e308')) },
      { instrument: 'clamp', box: box(1.7e308, 1.7e308, 5e307, 5e307) },
    ]);
    await one('f', 6, [{ instrument: 'clamp', box: box(10, 10, 20, 10) }]);
    await http.delete('/images/f/annotations/0').expect(204);
    await one('g', 7, [{ instrument: 'clamp', box: box(-2e9, 0.1, 0.5, 0.2) }]);
  });

  const CASES: [string, string][] = [
    ['overlaps=0,0,15,15', 'eba'],
    // What only touches does not overlap.
    ['overlaps=0,0,10,15', 'e'],
    ['overlaps=30,10,5,5', 'e'],
    ['overlaps=10,20,5,5', 'e'],
    ['overlaps=29.5,19.5,5,5', 'eba'],
    ['overlaps=10,5,5,5.000001', 'eba'],
    ['overlaps=12,12,1e-9,1e-9', 'eba'],
    ['overlaps=250,40,1,20', 'ec'],
    ['overlaps=250,50,1,20', 'e'],
    ['overlaps=101,101,1,1', 'ea'],
    ['overlaps=101,101,1,1&instrument=probe', 'a'],
    // The same annotation has to be there and to carry the label.
    ['overlaps=12,12,1,1&instrument=probe', 'b'],
    ['overlaps=12,12,1,1&instrument=clamp', 'ea'],
    ['overlaps=12,12,1,1&instrument=clamp&instrument=probe', 'eba'],
    ['overlaps=12,12,1,1&instrument=unheard', ''],
    // All others are asked of the image.
    ['overlaps=12,12,1,1&instrument_all=probe', 'ba'],
    ['overlaps=12,12,1,1&not_instrument=probe', 'e'],
    ['overlaps=12,12,1,1&created_to=2026-01-05T00:00:00Z', 'ba'],
    ['overlaps=-2000000000,0.3,1,1', 'e'],
    ['overlaps=-2000000000,0.29,1,1', 'ge'],
    ['overlaps=-1e308,-1e308,1,1', 'e'],
    ['overlaps=-1.7e308,-1.7e308,1e308,1e308', 'e'],
    ['overlaps=1.79e308,1.79e308,1.79e308,1.79e308', 'e'],
    ['overlaps=1.6e308,1.6e308,1,1', ''],
    ['overlaps=-1.79e308,-1.79e308,1e308,1.79e308&sort=created_at', 'e'],
    ['overlaps=0,0,400,400&sort=created_at', 'abce'],
    ['overlaps=0,0,400,400&sort=image_key', 'abce'],
  ];

  it.each(CASES)('lets through by "%s": %j', async (query, keys) => {
    const { body, headers } = await http
      .get(`/images?client_id=areas&count=exact&${query}`)
      .expect(200);

    expect(keysOf(body).join('')).toBe(keys);
    expect(headers['x-total-count']).toBe(String(keys.length));
    const { body: counts } = await http.get(
      `/instruments?client_id=areas&${query.split('&sort')[0]}`,
    );
    const images = body as AnnotatedImage[];
    const labels = new Set(
      images.flatMap(({ annotations }) => annotations.map((a) => a.instrument)),
    );
    expect((counts as { name: string }[]).map(({ name }) => name)).toEqual([...labels].sort());
  });

  it('finds no picture for a manifest where none overlaps', async () => {
    const path = '/iiif/presentation/3/manifest?client_id=areas';
    expectProblem(await http.get(`${path}&overlaps=0,0,15,15`), 404, 'no-picture-found');
  });

  it.each([
    'overlaps=',
    'overlaps=1,2,3',
    'overlaps=1,2,3,4,5',
    'overlaps=1,2,0,4',
    'overlaps=1,2,3,-4',
    'overlaps=1,2,3,x',
    'overlaps=1,2,3,0x10',
    'overlaps=1, 2,3,4',
    'overlaps=1e309,0,1,1',
    'overlaps=0,0,Infinity,1',
    'overlaps=NaN,0,1,1',
  ])('refuses "%s"', async (query) => {
    for (const path of ['/images', '/instruments', '/iiif/presentation/3/manifest'])
      expectProblem(await http.get(`${path}?${query}`), 400, 'invalid-request', [
        { parameter: 'overlaps', detail: /x,y,w,h in pixels: four finite numbers/ },
      ]);
  });

  it('refuses more than one area', async () => {
    const query = 'overlaps=0,0,1,1&overlaps=0,0,2,2';
    expectProblem(await http.get(`/images?${query}`), 400, 'invalid-request', ['overlaps']);
  });

  it('refuses an estimated count, which nothing could tell', async () => {
    expectProblem(
      await http.get('/images?overlaps=0,0,1,1&count=estimated'),
      400,
      'invalid-request',
      [{ parameter: 'count', detail: 'must be exact or none together with overlaps' }],
    );
  });

  it('finds the same after an annotation moved', async () => {
    const image = await anImage(http, {
      client_id: 'moving',
      annotations: [{ instrument: 'clamp', box: box(0, 0, 5, 5) }],
    });
    const found = async (area: string) =>
      keysOf((await http.get(`/images?client_id=moving&overlaps=${area}`).expect(200)).body);
    expect(await found('1,1,1,1')).toEqual([image.image_key]);

    await http
      .put(pathTo(image, 'annotations', '0'))
      .send({ instrument: 'clamp', box: box(50, 50, 5, 5) })
      .expect(200);

    expect(await found('1,1,1,1')).toEqual([]);
    expect(await found('51,51,1,1')).toEqual([image.image_key]);
  });
});

describe('an area that thousands of annotations are in', () => {
  const client_id = 'many-areas';
  // Those that are looked for are far apart: most pages find none.
  const expected = [2_900, 2_899, 1_500, 20].map(
    (n) => `${client_id}/${String(n).padStart(7, '0')}`,
  );

  beforeAll(async () => {
    await manyImages(service.dataSource, 3_000, { client_id, annotations: 2 });
    await service.dataSource.query(
      `UPDATE annotations SET bbox = CASE WHEN image_key = ANY($1) THEN '[5000, 0, 10, 10]' ELSE '[6000, 0, 10, 10]' END::jsonb
         FROM images WHERE images.id = image_id AND client_id = $2`,
      [expected, client_id],
    );
    // The others of that area belong to somebody else.
    await manyImages(service.dataSource, 3_000, { client_id: 'other-areas', annotations: 1 });
    await service.dataSource.query(
      `UPDATE annotations SET bbox = '[5000, 0, 10, 10]'
         FROM images WHERE images.id = image_id AND client_id = 'other-areas'`,
    );
    await service.dataSource.query('ANALYZE');
  }, 60_000);

  const path = `/images?client_id=${client_id}&overlaps=5005,5,1,1&annotations=false`;

  it.each(['-created_at', 'created_at', 'image_key', '-updated_at'])(
    'is found on pages in the order of %s, which may be short',
    async (sort) => {
      const pages = await allPages(http, `${path}&sort=${sort}&limit=3`);

      const found = pages.flatMap(keysOf);
      expect(found).toEqual(sort.startsWith('-') ? expected : expected.toReversed());
      expect(pages.length).toBeGreaterThan(2);
      const first = await http.get(`${path}&sort=${sort}&limit=1&count=exact`).expect(200);
      expect(keysOf(first.body)).toEqual(found.slice(0, 1));
      expect(first.headers['x-total-count']).toBe('4');
    },
  );

  it('is found with a label of the same annotation', async () => {
    const labelled = async (label: string) => {
      const pages = await allPages(http, `${path}&instrument=${label}`);
      return pages.flatMap(keysOf);
    };
    const all = await allPages(http, `/images?client_id=${client_id}&overlaps=5005,5,1,1`);
    const carried = all.flat() as AnnotatedImage[];
    const label = carried[0]!.annotations[0]!.instrument;

    expect(await labelled(label)).toEqual(
      keysOf(carried.filter(({ annotations }) => annotations.some((a) => a.instrument === label))),
    );
  });

  it('comes as lines without gaps, and with everything that was purged', async () => {
    const lines = await http.get(path).set('Accept', 'application/x-ndjson').expect(200);
    expect(
      keysOf(
        lines.text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ),
    ).toEqual(expected);
    await http
      .delete(`/images/${encodeURIComponent(`${client_id}/0000777`)}?purge=true`)
      .expect(204);

    const changes = `${path}&updated_since=2020-01-01T00:00:00Z&include_deleted=true&sort=updated_at&limit=2`;
    const pages = await allPages(http, changes);

    expect(pages.flatMap(keysOf)).toEqual([...expected.toReversed(), `${client_id}/0000777`]);
  });

  it('is counted by label exactly in up to 10,000 images', async () => {
    const { body, headers } = await http
      .get(`/instruments?client_id=${client_id}&overlaps=5005,5,1,1`)
      .expect(200);

    const counts = body as { annotation_count: number; image_count: number }[];
    expect(counts.reduce((sum, { annotation_count: count }) => sum + count, 0)).toBe(8);
    expect(headers['x-count']).toBeUndefined();
  });

  it('has a page that goes on where nothing was found on it', async () => {
    const far = `${path}&sort=image_key&created_from=2026-01-01T00:05:00Z&limit=1`;
    const first = await http.get(far).expect(200);
    expect([keysOf(first.body), nextPage(first) === undefined]).toEqual([[], false]);
  });
});
