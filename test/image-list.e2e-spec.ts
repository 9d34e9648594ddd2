import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { allPages, nextPage } from './helpers/pages.js';
import { manyImages } from './helpers/many-images.js';
import { drawPicture } from './helpers/pictures.js';
import { type ExpectedFault, expectProblem } from './helpers/problems.js';
import {
  type AnnotatedImage,
  aLocation,
  anImage,
  annotationFields,
  aUser,
  type Fields,
  imageFields,
  pathTo,
} from './helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('the filters of GET /images', () => {
  beforeAll(async () => {
    for (const id of ['ada', 'bob', 'eve']) await aUser(http, { id });
    for (const id of ['leeds', 'york']) await aLocation(http, { id });
    await anImage(http, {
      image_key: 'a',
      client_id: 'north',
      created_at: '2026-01-01T00:00:00Z',
      user_id: 'ada',
      location_id: 'leeds',
      hardware_id: 'Canon',
      ml_tag: 'TRAIN',
      annotations: [
        { instrument: 'scalpel' },
        { instrument: 'forceps' },
        { instrument: 'scalpel' },
      ],
    });
    await anImage(http, {
      image_key: 'b',
      client_id: 'north',
      created_at: '2026-01-02T00:00:00Z',
      user_id: 'ada',
      location_id: 'york',
      hardware_id: 'Nikon',
      ml_tag: 'TEST',
      annotations: [{ instrument: 'forceps' }],
    });
    await anImage(http, {
      image_key: 'c',
      client_id: 'south',
      created_at: '2026-01-03T00:00:00Z',
      user_id: 'bob',
      location_id: 'leeds',
      hardware_id: 'Canon',
      ml_tag: 'LIVE',
      annotations: [{ instrument: 'clamp' }],
    });
    await anImage(http, {
      image_key: 'd',
      client_id: 'south',
      created_at: '2026-01-04T00:00:00Z',
      ml_tag: 'TRAIN',
    });
    await http
      .put('/images/d/file')
      .type('image/png')
      .send(await drawPicture({ format: 'png', width: 4, height: 4 }))
      .expect(201);
    // An annotation that was deleted counts nowhere.
    await anImage(http, {
      image_key: 'e',
      client_id: 'west',
      created_at: '2026-01-05T00:00:00Z',
      user_id: 'eve',
      annotations: [{ instrument: 'scalpel' }],
    });
    await http.delete('/images/e/annotations/0').expect(204);
  });

  it.each<[string, string]>([
    ['', 'edcba'],
    ['user_id=ada', 'ba'],
    ['user_id=ada&user_id=bob', 'cba'],
    ['user_id=nobody', ''],
    ['location_id=leeds', 'ca'],
    ['location_id=leeds&location_id=york', 'cba'],
    ['instrument=scalpel', 'a'],
    ['instrument=forceps', 'ba'],
    ['instrument=clamp&instrument=scalpel', 'ca'],
    ['instrument=Scalpel', ''],
    ['client_id=north', 'ba'],
    ['client_id=north&client_id=west', 'eba'],
    ['hardware_id=Canon', 'ca'],
    ['hardware_id=Canon&hardware_id=Nikon', 'cba'],
    ['ml_tag=TRAIN', 'da'],
    ['ml_tag=TEST&ml_tag=LIVE', 'cb'],
    ['created_from=2026-01-03T00:00:00Z', 'edc'],
    ['created_from=2026-01-03T00:00:00.001Z', 'ed'],
    ['created_from=2026-01-03T01:00:00%2B01:00', 'edc'],
    ['created_to=2026-01-03T00:00:00Z', 'ba'],
    ['created_to=2026-01-03T00:00:00.001Z', 'cba'],
    ['created_from=2026-01-02T00:00:00Z&created_to=2026-01-04T00:00:00Z', 'cb'],
    ['created_from=2026-01-04T00:00:00Z&created_to=2026-01-02T00:00:00Z', ''],
    ['has_file=true', 'd'],
    ['has_file=false', 'ecba'],
    ['annotated=true', 'cba'],
    ['annotated=false', 'ed'],
    ['min_annotations=1', 'cba'],
    ['min_annotations=2', 'a'],
    ['max_annotations=1', 'edcb'],
    ['max_annotations=0', 'ed'],
    ['min_annotations=1&max_annotations=2', 'cb'],
    ['min_annotations=3&max_annotations=3', 'a'],
    ['min_annotations=2&max_annotations=1', ''],
    ['instrument_all=forceps', 'ba'],
    ['instrument_all=forceps&instrument_all=scalpel', 'a'],
    ['instrument_all=forceps&instrument_all=forceps', 'ba'],
    ['instrument_all=forceps&instrument_all=clamp', ''],
    ['instrument_all=forceps&instrument_all=unheard of', ''],
    ['not_instrument=scalpel', 'edcb'],
    ['not_instrument=forceps&not_instrument=clamp', 'ed'],
    ['not_instrument=unheard of', 'edcba'],
    ['instrument=forceps&not_instrument=scalpel', 'b'],
    ['instrument=clamp&instrument=forceps&instrument_all=scalpel', 'a'],
    ['updated_since=2020-01-01T00:00:00Z', 'edcba'],
    ['updated_since=9999-01-01T00:00:00Z', ''],
    ['include_deleted=false', 'edcba'],
    ['trash=true', ''],
    ['trash=false', 'edcba'],
    ['user_id=ada&location_id=leeds', 'a'],
    ['user_id=ada&user_id=bob&location_id=leeds', 'ca'],
    ['user_id=ada&instrument=forceps&hardware_id=Nikon&ml_tag=TEST&annotated=true', 'b'],
    ['client_id=south&has_file=true&annotated=false&ml_tag=TRAIN', 'd'],
    ['client_id=south&has_file=true&annotated=true', ''],
  ])('let through by "%s": %j', async (query, keys) => {
    const { body, headers } = await http.get(`/images?${query}&count=exact`).expect(200);

    expect(keysOf(body).join('')).toBe(keys);
    expect(headers['x-total-count']).toBe(String(keys.length));
  });

  it('show an image with all of its annotations, not only those with the instrument', async () => {
    const { body } = await http.get('/images?instrument=forceps');

    expect(body.map(instrumentsOf)).toEqual([['forceps'], ['scalpel', 'forceps', 'scalpel']]);
    expect(body[1]).toEqual((await http.get('/images/a')).body);
  });

  it('show images without their annotations with annotations=false', async () => {
    const { body } = await http.get('/images?annotations=false&instrument=forceps');

    expect(keysOf(body)).toEqual(['b', 'a']);
    expect(body.filter((image: object) => 'annotations' in image)).toEqual([]);
  });

  it('stay in the addresses of the next pages', async () => {
    const query = 'user_id=ada&user_id=bob&location_id=leeds&annotations=false';

    const pages = await allPages(http, `/images?${query}&limit=1`);

    expect(pages.map(keysOf)).toEqual([['c'], ['a']]);
  });

  it.each<[string, (string | ExpectedFault)[]]>([
    ['user_id=', ['user_id']],
    ['user_id=ada&user_id=a%00b', ['user_id']],
    ['location_id=..', ['location_id']],
    ['client_id=%20a', ['client_id']],
    ['instrument=', ['instrument']],
    ['hardware_id=a%0Ab', ['hardware_id']],
    ['ml_tag=train', ['ml_tag']],
    ['ml_tag=TRAIN&ml_tag=x', ['ml_tag']],
    ['min_annotations=1e0&max_annotations=2.0', ['min_annotations', 'max_annotations']],
    ['created_from=2026-01-03', ['created_from']],
    ['created_to=2026-01-03T00:00:00', ['created_to']],
    ['created_from=2026-01-03T00:00:00Z&created_from=2026-01-04T00:00:00Z', ['created_from']],
    ['has_file=1', ['has_file']],
    ['has_file=true&has_file=false', ['has_file']],
    ['annotated=TRUE', ['annotated']],
    ['annotations=no', ['annotations']],
    ['trash=', ['trash']],
    ['min_annotations=-1', ['min_annotations']],
    ['min_annotations=many', ['min_annotations']],
    ['max_annotations=1.5', ['max_annotations']],
    ['max_annotations=2147483648', ['max_annotations']],
    ['max_annotations=1&max_annotations=2', ['max_annotations']],
    ['instrument_all=', ['instrument_all']],
    [
      `x${'&instrument_all=a'.repeat(21)}`.slice(2),
      [{ parameter: 'instrument_all', detail: 'must not be given more than 20 times' }],
    ],
    [
      `x${'&not_instrument=a'.repeat(21)}`.slice(2),
      [{ parameter: 'not_instrument', detail: 'must not be given more than 20 times' }],
    ],
    ['updated_since=yesterday', ['updated_since']],
    ['updated_since=2026-01-03T00:00:00', ['updated_since']],
    ['include_deleted=yes', ['include_deleted']],
    ['include_deleted=true', ['include_deleted']],
    ['include_deleted=true&updated_since=2026-01-03T00:00:00Z&trash=true', ['include_deleted']],
    ['include_deleted=true&trash=true', ['include_deleted', 'include_deleted']],
    ['q=', ['q']],
    ['q=aa', ['q']],
    ['q=%F0%9F%98%80a', ['q']],
    ['q=aaa&q=bbb', ['q']],
    ['sort=created_at&sort=image_key', ['sort']],
    ['user=ada', ['user']],
    ['user_id[]=ada', ['user_id[]']],
    ['limit=0&ml_tag=x&sort=y&colour=red', ['limit', 'ml_tag', 'sort', 'colour']],
  ])('refuse "%s"', async (query, parameters) => {
    expectProblem(await http.get(`/images?${query}`), 400, 'invalid-request', parameters);
  });

  it('refuse an unknown order by naming those there are', async () => {
    const answer = await http.get('/images?sort=-image_key');

    expectProblem(answer, 400, 'invalid-request', [
      {
        parameter: 'sort',
        detail:
          /-created_at, created_at, -received_at, received_at, image_key, -updated_at, updated_at/,
      },
    ]);
  });
});

describe('q of GET /images', () => {
  const KEYS = ['100%/Left', '100_left', 'back\u00e9/LEFT', 'Tray\u00c4', 'a.b*c', 'q/\u{1f600}'];

  beforeAll(async () => {
    for (const image_key of KEYS) await anImage(http, { image_key, client_id: 'q' });
  });

  it.each<[string, string[]]>([
    ['left', ['100%/Left', '100_left', 'back\u00e9/LEFT']],
    ['LEFT', ['100%/Left', '100_left', 'back\u00e9/LEFT']],
    ['00%', ['100%/Left']],
    ['0_l', ['100_left']],
    ['0%/l', ['100%/Left']],
    ['100%l', []],
    ['.b*', ['a.b*c']],
    ['a.b', ['a.b*c']],
    ['tray\u00e4', ['Tray\u00c4']],
    ['TRAYA\u0308', ['Tray\u00c4']],
    ['BACK\u00c9', ['back\u00e9/LEFT']],
    ['q/\u{1f600}', ['q/\u{1f600}']],
    ['\\\\\\', []],
    ['\\%l', []],
    ["'; --", []],
  ])('%j finds %j', async (q, keys) => {
    const { body } = await http
      .get(`/images?client_id=q&sort=image_key&q=${encodeURIComponent(q)}`)
      .expect(200);

    expect(keysOf(body).sort()).toEqual([...keys].sort());
  });

  it('finds the same by the index of trigrams, which a small list does without', async () => {
    const [row] = await service.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL enable_seqscan = off');
      await manager.query('SET LOCAL enable_indexscan = off');
      return manager.query<{ keys: string }[]>(
        `SELECT string_agg(image_key, ',') AS keys FROM images
          WHERE image_key COLLATE "default" ILIKE '%back\u00c9/%'`,
      );
    });

    expect(row?.keys).toBe('back\u00e9/LEFT');
  });
});

describe('updated_since of GET /images', () => {
  const EPOCH = '2026-01-01T00:00:00Z';

  /** Four images that have not changed for a long time; the last one is in the trash. */
  async function oldImages(client_id: string): Promise<AnnotatedImage[]> {
    const images = [];
    for (const place of [0, 1, 2, 3])
      images.push(
        await anImage(http, {
          image_key: `${client_id} ${place}`,
          client_id,
          annotations: [{ instrument: 'scalpel' }],
        }),
      );
    await http.delete(pathTo(images[3]!)).expect(204);
    await service.dataSource.query(`UPDATE images SET updated_at = $2 WHERE client_id = $1`, [
      client_id,
      '2025-06-01T00:00:00Z',
    ]);
    return images;
  }

  const changed = async (client_id: string, further = '') =>
    keysOf(
      (await http.get(`/images?client_id=${client_id}&updated_since=${EPOCH}${further}`)).body,
    );

  it.each<[string, (image: AnnotatedImage) => PromiseLike<unknown>]>([
    ['a detail', (image) => http.patch(pathTo(image)).send({ ml_tag: 'LIVE' }).expect(200)],
    [
      'a new annotation',
      (image) => http.post(pathTo(image, 'annotations')).send({ instrument: 'clamp' }).expect(201),
    ],
    [
      'a replaced annotation',
      (image) =>
        http
          .put(pathTo(image, 'annotations', 0))
          .send({ instrument: 'clamp', polygon: null })
          .expect(200),
    ],
    [
      'a replaced set of annotations',
      (image) =>
        http
          .put(pathTo(image, 'annotations'))
          .send({ annotations: [annotationFields({ index: 0 })] })
          .expect(200),
    ],
    ['a deleted annotation', (image) => http.delete(pathTo(image, 'annotations', 0)).expect(204)],
    [
      'a picture',
      async (image) =>
        http
          .put(pathTo(image, 'file'))
          .type('image/png')
          .send(await drawPicture({ format: 'png', width: 4, height: 4 }))
          .expect(201),
    ],
  ])('tells an image after %s', async (what, change) => {
    const client_id = `since-${what.replaceAll(' ', '-')}`;
    const images = await oldImages(client_id);
    expect(await changed(client_id)).toEqual([]);

    await change(images[1]!);

    expect(await changed(client_id)).toEqual([images[1]!.image_key]);
  });

  it('tells images that went into the trash only with include_deleted, by deleted_at', async () => {
    const client_id = 'since-trash';
    const [, used, trashed] = await oldImages(client_id);
    await http.patch(pathTo(used!)).send({ ml_tag: 'LIVE' }).expect(200);
    await http.delete(pathTo(trashed!)).expect(204);

    expect(await changed(client_id)).toEqual([used!.image_key]);
    const { body } = await http.get(
      `/images?client_id=${client_id}&updated_since=${EPOCH}&include_deleted=true&sort=updated_at&count=exact`,
    );
    expect(body).toMatchObject([
      { image_key: used!.image_key, deleted_at: null },
      { image_key: trashed!.image_key, deleted_at: expect.stringMatching(/Z$/) },
    ]);
  });

  it('tells an image that came back from the trash', async () => {
    const client_id = 'since-restored';
    const trashed = (await oldImages(client_id))[3]!;

    await http.post(pathTo(trashed, 'restore')).expect(200);

    expect(await changed(client_id)).toEqual([trashed.image_key]);
  });

  it('keeps a copy up to date, page by page in the order of change', async () => {
    const client_id = 'since-copy';
    const copy = new Map<string, unknown>();
    let since = EPOCH;
    const synchronize = async () => {
      const query = `client_id=${client_id}&updated_since=${since}&include_deleted=true&sort=updated_at`;
      for (const page of await allPages(http, `/images?${query}&limit=2`))
        for (const image of page as AnnotatedImage[]) {
          if (image.deleted_at === null) copy.set(image.image_key, image);
          else copy.delete(image.image_key);
          since = image.updated_at;
        }
    };
    const images = await Promise.all(Array.from({ length: 7 }, () => anImage(http, { client_id })));
    await synchronize();
    await http.patch(pathTo(images[0]!)).send({ ml_tag: 'TEST' }).expect(200);
    await http.post(pathTo(images[4]!, 'annotations')).send({ instrument: 'a' }).expect(201);
    await http.delete(pathTo(images[2]!)).expect(204);
    await anImage(http, { client_id });

    await synchronize();

    const { body } = await http.get(`/images?client_id=${client_id}`);
    const wanted = (body as AnnotatedImage[]).map((image) => [image.image_key, image] as const);
    expect(copy).toEqual(new Map(wanted));
  });
});

describe('the orders of GET /images', () => {
  // Ties in every time; keys in an order of their own.
  const CAPTURED: [string, string][] = [
    ['m', '2026-02-01T00:00:00.001Z'],
    ['z', '2026-02-01T00:00:00.000Z'],
    ['A', '2026-02-01T00:00:00.001Z'],
    ['\u{1f600}', '2026-02-03T00:00:00Z'],
    ['\ufb00', '2026-02-01T00:00:00.001Z'],
    ['b', '2026-02-03T00:00:00Z'],
    ['Z', '2026-02-02T00:00:00Z'],
  ];
  const made = CAPTURED.map(([key]) => key);

  beforeAll(async () => {
    for (const [key, created_at] of CAPTURED)
      await anImage(http, { image_key: `order ${key}`, client_id: 'order', created_at });
    await service.dataSource.query(
      `UPDATE images SET received_at = date_trunc('second', received_at),
                         updated_at = date_trunc('second', received_at) WHERE client_id = 'order'`,
    );
  });

  it.each<[string, string[]]>([
    ['', ['b', '\u{1f600}', 'Z', '\ufb00', 'A', 'm', 'z']],
    ['-created_at', ['b', '\u{1f600}', 'Z', '\ufb00', 'A', 'm', 'z']],
    ['created_at', ['z', 'm', 'A', '\ufb00', 'Z', '\u{1f600}', 'b']],
    ['received_at', made],
    ['-received_at', [...made].reverse()],
    ['updated_at', made],
    ['-updated_at', [...made].reverse()],
    ['image_key', ['A', 'Z', 'b', 'm', 'z', '\ufb00', '\u{1f600}']],
  ])('sort=%s gives %j, in whatever pages', async (sort, keys) => {
    const query = `client_id=order${sort && `&sort=${sort}`}`;
    const wanted = keys.map((key) => `order ${key}`);

    for (const limit of [1, 2, 3, 6, 7, 50]) {
      const pages = await allPages(http, `/images?${query}&limit=${limit}`);
      expect(pages.flatMap(keysOf)).toEqual(wanted);
      expect(pages).toHaveLength(Math.ceil(wanted.length / limit));
    }
  });

  it('have cursors of their own: one order refuses that of another', async () => {
    const cursors = await Promise.all(
      ['-created_at', 'created_at', '-received_at', 'received_at', 'image_key', 'updated_at'].map(
        async (sort) => {
          const next = nextPage(await http.get(`/images?client_id=order&limit=1&sort=${sort}`))!;
          return { sort, cursor: new URL(next, service.url).searchParams.get('cursor')! };
        },
      ),
    );

    for (const { sort, cursor } of cursors) {
      for (const other of cursors) {
        const answer = await http.get(`/images?sort=${other.sort}&cursor=${cursor}`);
        if (other.sort === sort) expect(answer.status).toBe(200);
        else expectProblem(answer, 400, 'invalid-request', ['cursor']);
      }
    }
  });

  it.each<[string, unknown]>([
    ['a time that is none', ['-created_at', 'yesterday', '1']],
    ['a time without a zone', ['-created_at', '2026-02-01T00:00:00', '1']],
    ['infinity', ['-created_at', 'infinity', '1']],
    ['an id that is none', ['-created_at', '2026-02-01T00:00:00.000Z', 'x']],
    ['an id beyond bigint', ['-created_at', '2026-02-01T00:00:00.000Z', '9'.repeat(30)]],
    ['no id', ['-created_at', '2026-02-01T00:00:00.000Z']],
    ['no place', ['-created_at']],
    ['an object', { sort: '-created_at' }],
    ['a number', 7],
    ['SQL', ['-created_at', "2026-02-01T00:00:00.000Z'; DROP TABLE images; --", '1']],
  ])('refuse a cursor made of %s', async (_, content) => {
    const cursor = Buffer.from(JSON.stringify(content)).toString('base64url');

    expectProblem(await http.get(`/images?cursor=${cursor}`), 400, 'invalid-request', ['cursor']);
  });

  it.each(['', '!', 'AAAA', '%ff', 'null'])('refuse the cursor %j', async (cursor) => {
    expectProblem(await http.get(`/images?cursor=${cursor}`), 400, 'invalid-request', ['cursor']);
  });
});

describe('the pages of GET /images', () => {
  it('hold 50 images unless told otherwise, and up to 500', async () => {
    const client_id = 'many';
    await Promise.all(Array.from({ length: 51 }, () => anImage(http, { client_id })));

    expect((await http.get(`/images?client_id=${client_id}`)).body).toHaveLength(50);
    expect((await http.get(`/images?client_id=${client_id}&limit=500`)).body).toHaveLength(51);
    expectProblem(await http.get('/images?limit=501'), 400, 'invalid-request', ['limit']);
  });

  it.each(['-created_at', 'received_at', 'image_key'])(
    'have every image once by %s, while others are added, changed and deleted',
    async (sort) => {
      const client_id = `busy ${sort}`;
      const lasting = await Promise.all(
        Array.from({ length: 12 }, (_, place) =>
          anImage(http, {
            client_id,
            created_at: `2026-03-01T00:00:${10 + Math.floor(place / 3)}Z`,
          }),
        ),
      );
      const seen: string[] = [];
      let next: string | undefined =
        `/images?client_id=${encodeURIComponent(client_id)}&limit=2&sort=${sort}`;
      while (next !== undefined) {
        const answer = await http.get(next).expect(200);
        seen.push(...keysOf(answer.body));
        next = nextPage(answer);
        const newcomer = await anImage(http, { client_id, created_at: '2026-03-01T00:00:11Z' });
        await http
          .patch(pathTo(lasting[seen.length % 12]!))
          .send({ ml_tag: 'LIVE' })
          .expect(200);
        // In the order of arrival newcomers stand at the end: with none left the list has one.
        if (seen.length % 3 !== 0 || sort === 'received_at')
          await http.delete(pathTo(newcomer)).expect(204);
      }

      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(lasting.map(({ image_key }) => image_key)));
    },
  );

  it('end early past 8 MB, with the address of the rest', async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 32 }, (_, place) => [`note ${place}`, 'x'.repeat(1_000)]),
    );
    const annotations = Array.from({ length: 100 }, () => ({ instrument: 'a', attributes }));
    const client_id = 'large';
    const keys = ['1', '2', '3'].map((key) => `large ${key}`);
    for (const image_key of keys) await anImage(http, { image_key, client_id, annotations });

    const pages = await allPages(http, `/images?client_id=${client_id}&sort=image_key`);

    // Each has about 3.3 MB.
    expect(pages.map(keysOf)).toEqual([keys.slice(0, 2), keys.slice(2)]);
    // Without the annotations it all fits.
    const plain = await http.get(`/images?client_id=${client_id}&annotations=false`);
    expect(plain.body).toHaveLength(3);
  });
});

describe('the count of GET /images', () => {
  it.each<[string, string | undefined]>([
    ['', undefined],
    ['&count=none', undefined],
    ['&count=exact', '3'],
    ['&count=estimated', '3'],
  ])('with "%s" is %s, on every page', async (count, total) => {
    const client_id = `count${count}`;
    for (let made = 0; made < 3; made += 1) await anImage(http, { client_id });

    const path = `/images?client_id=${encodeURIComponent(client_id)}&limit=2${count}`;
    const { headers } = await http.get(path);

    expect(headers['x-total-count']).toBe(total);
  });

  it.each([
    [999, 'exact'],
    [1_000, 'exact'],
    [1_001, 'estimated'],
    [3_000, 'estimated'],
  ])('of %d images is %s with count=estimated', async (length, kind) => {
    const client_id = `estimated-${length}`;
    await manyImages(service.dataSource, length, { client_id });
    await service.dataSource.query('ANALYZE images');

    const path = `/images?client_id=${client_id}&limit=1`;
    const { headers } = await http.get(`${path}&count=estimated`);

    expect(headers['x-total-count-kind']).toBe(kind);
    const total = Number(headers['x-total-count']);
    if (kind === 'exact') expect(total).toBe(length);
    // What the planner believes of a table that was looked at a moment ago.
    else expect(Math.abs(total / length - 1)).toBeLessThan(0.2);
    expect(total > 1_000).toBe(kind === 'estimated');
    const { headers: exact } = await http.get(`${path}&count=exact`);
    expect(exact).toMatchObject({
      'x-total-count': String(length),
      'x-total-count-kind': 'exact',
    });
  });

  it('is never estimated to be so short that it would have been counted', async () => {
    const client_id = 'estimated-wrongly';
    await manyImages(service.dataSource, 1_500, { client_id });

    // The planner has not seen them.
    const { headers } = await http.get(
      `/images?client_id=${client_id}&instrument=unheard&instrument=scalpel&count=estimated`,
    );
    const { headers: all } = await http.get(`/images?client_id=${client_id}&count=estimated`);

    expect(headers).toMatchObject({ 'x-total-count': '0', 'x-total-count-kind': 'exact' });
    expect(Number(all['x-total-count'])).toBeGreaterThan(1_000);
    expect(all['x-total-count-kind']).toBe('estimated');
  });

  it.each(['', 'true', 'Exact'])('is refused as count=%s', async (count) => {
    expectProblem(await http.get(`/images?count=${count}`), 400, 'invalid-request', ['count']);
  });
});

it('lists what POST /images answered, byte for byte the same', async () => {
  const fields: Fields = imageFields({ client_id: 'same', annotations: [annotationFields()] });
  const image = await anImage(http, fields);

  expect((await http.get('/images?client_id=same')).body).toEqual([image]);
});

function keysOf(page: unknown): string[] {
  return (page as AnnotatedImage[]).map(({ image_key }) => image_key);
}

function instrumentsOf(image: AnnotatedImage): string[] {
  return image.annotations.map(({ instrument }) => instrument);
}
