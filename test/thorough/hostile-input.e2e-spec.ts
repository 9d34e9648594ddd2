import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpuMs } from '../helpers/cpu-time.js';
import { request as open } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { Response } from 'supertest';
import { startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';
import { exchange, type RawRequest, send, sendStream } from '../helpers/raw-http.js';
import {
  aLocation,
  anAnnotation,
  anImage,
  annotationFields,
  aPolygon,
  aTrashedImage,
  aUser,
  type Fields,
  imageFields,
  locationFields,
  pathTo,
  unique,
  userFields,
} from '../helpers/records.js';
import { expectNoChange } from '../helpers/service-state.js';
import { aPhotograph, aPicture } from '../helpers/uploads.js';

const LONE_SURROGATE = '\ud800';
const FAMILY = '\u{1F468}\u200d\u{1F469}';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

/** Where a text may stand in a body: how to send it, and the pointer that names it. */
type Place = readonly [pointer: string, path: string, body: (text: unknown) => Fields];

const KEYS: readonly Place[] = [
  ['#/image_key', '/images', (text) => imageFields({ image_key: text })],
  ['#/client_id', '/images', (text) => imageFields({ client_id: text })],
  ['#/user_id', '/images', (text) => imageFields({ user_id: text })],
  ['#/location_id', '/images', (text) => imageFields({ location_id: text })],
  ['#/id', '/users', (text) => userFields({ id: text })],
  ['#/id', '/locations', (text) => locationFields({ id: text })],
];
const LABELS: readonly Place[] = [
  ['#/hardware_id', '/images', (text) => imageFields({ hardware_id: text })],
  ['#/annotations/0/instrument', '/images', (text) => annotated({ instrument: text })],
  ...['first_name', 'last_name', 'role'].map(
    (name) => [`#/${name}`, '/users', (text: unknown) => userFields({ [name]: text })] as const,
  ),
  ...['address', 'town', 'country'].map(
    (name) =>
      [`#/${name}`, '/locations', (text: unknown) => locationFields({ [name]: text })] as const,
  ),
];
const NO_TEXT = [7, true, ['a'], { a: 1 }];
const NO_NAME = [
  'a\0b',
  'a\nb',
  'a\tb',
  '\u007f',
  '\u0085',
  'a\u202eb',
  '\u200eb',
  'a\u2066b\u2069',
  'a\u061cb',
  `a${LONE_SURROGATE}`,
  '\udc00a',
  ' a',
  'a ',
  '\u00a0a',
  '',
];
const NO_KEY = ['.', '..', '../a', 'a/..', 'a/../b', 'a/./b', 'a\\b', '..\\a'];

describe('keys', () => {
  it.each(KEYS)('are refused by name when they mislead: %s of %s', async (pointer, path, body) => {
    await expectNoChange(service, async () => {
      for (const key of [...NO_NAME, ...NO_KEY, ...NO_TEXT])
        expectProblem(await http.post(path).send(body(key)), 400, 'invalid-request', [pointer]);
    });
  });

  it.each(LABELS)('labels are refused by name like them: %s of %s', async (pointer, path, body) => {
    await expectNoChange(service, async () => {
      for (const label of [...NO_NAME, ...NO_TEXT, 'x'.repeat(256)])
        expectProblem(await http.post(path).send(body(label)), 400, 'invalid-request', [pointer]);
    });
  });

  it.each([
    '/images/..',
    '/images/.',
    '/images/../file',
    '/images/..%2F..%2Fetc%2Fpasswd',
    '/images/%2E%2E/file',
    '/images/a%2F..%2Fb',
    '/images/a%5Cb',
    '/images/a%00',
    '/images/a%0Ab',
    '/images/%E2%80%AEa/annotations',
    '/images/%20a',
    '/images/a%20',
    `/images/${'x'.repeat(1_025)}`,
  ])('are refused in a path: %s', async (path) => {
    const answer = await expectNoChange(service, () => send(service.url, { method: 'GET', path }));

    expectProblem(answer, 400, 'invalid-request', ['image_key']);
  });

  it.each(['/users/..', '/users/a%00', `/users/${'x'.repeat(256)}`])(
    'are refused in the path of a user: %s',
    async (path) => {
      expectProblem(await send(service.url, { method: 'GET', path }), 400, 'invalid-request', [
        'user_id',
      ]);
    },
  );

  it('are decoded once: what is encoded twice is taken as it stands', async () => {
    const path = '/images/%252e%252e%252fa';
    expectProblem(await http.get(path), 404, 'image-not-found');

    await anImage(http, { image_key: '%2e%2e%2fa' });

    expect((await http.get(path)).body.image_key).toBe('%2e%2e%2fa');
  });

  it.each(['%zz', '%', '%E9', '%ED%A0%80', '%C0%AE%C0%AE', '%F8%80%80%80'])(
    'are refused when they are not percent-encoded UTF-8: %s',
    async (key) => {
      for (const path of [`/images/${key}`, `/images/${key}/file`, `/users/${key}`])
        expectProblem(await send(service.url, { method: 'GET', path }), 400, 'malformed-path');
    },
  );

  it('have up to 1024 bytes of UTF-8 in NFC, ids up to 255', async () => {
    const longest = 'ä'.repeat(512);
    expect((await anImage(http, { image_key: longest })).image_key).toBe(longest);
    expect((await aUser(http, { id: 'y'.repeat(255) })).id).toHaveLength(255);
    // This letter is three bytes long, but six in NFC.
    const growing = '\u0958'.repeat(341);

    for (const key of [`${longest}a`, growing]) {
      const answer = await http.post('/images').send(imageFields({ image_key: key }));
      expectProblem(answer, 400, 'invalid-request', ['#/image_key']);
    }
    const answer = await http.post('/users').send(userFields({ id: 'y'.repeat(256) }));
    expectProblem(answer, 400, 'invalid-request', ['#/id']);
  });

  it('are the same key in NFC and NFD', async () => {
    const image = await anImage(http, { image_key: 'Zo\u00eb' });

    const answer = await http
      .post('/images')
      .send(imageFields({ image_key: 'Zoe\u0308', ml_tag: 'TEST' }));

    expectProblem(answer, 409, 'image-exists');
    expect((await http.get(`/images/${encodeURIComponent('Zoe\u0308')}`)).body).toEqual(image);
  });

  it('may begin like one another, and contain slashes', async () => {
    const keys = [
      'tray',
      'tray/front',
      'tray/front/1',
      'tray//front',
      '/tray',
      'tray/',
      'file',
      'annotations',
    ];
    for (const image_key of keys) await anImage(http, { image_key });

    for (const image_key of keys)
      expect((await http.get(pathTo({ image_key }))).body.image_key).toBe(image_key);
    expectProblem(await http.get(pathTo({ image_key: 'tray/back' })), 404, 'image-not-found');
    expectProblem(await http.get(pathTo({ image_key: 'tray/front/1/2' })), 404, 'image-not-found');
  });

  it.each([
    FAMILY,
    'a:b',
    "'; DROP TABLE images; --",
    '%00',
    '$1',
    '{}',
    'null',
    '-1',
    '<script>',
    '“”',
  ])('may be %s', async (image_key) => {
    await anImage(http, { image_key, client_id: image_key });

    expect((await http.get(pathTo({ image_key }))).body.image_key).toBe(image_key);
    const found = await http.get('/images').query({ client_id: image_key });
    expect(found.body).toHaveLength(1);
  });
});

describe('what PostgreSQL would refuse', () => {
  it.each<[string, unknown, string]>([
    ['NUL in an attribute', { a: 'x\0y' }, '#/annotations/0/attributes/a'],
    ['NUL in the name of one', { 'a\0': 1 }, '#/annotations/0/attributes/a\0'],
    ['a lone surrogate in an attribute', { a: LONE_SURROGATE }, '#/annotations/0/attributes/a'],
    ['an infinite attribute', { a: 'INFINITE' }, '#/annotations/0/attributes/a'],
  ])('is refused by name: %s', async (_what, attributes, pointer) => {
    const body = jsonOf(annotated({ attributes }));

    const answer = await expectNoChange(service, () => postJson('/images', body));

    expectProblem(answer, 400, 'invalid-request', [pointer]);
  });

  it('is refused by name: a lone surrogate in the name of an attribute', async () => {
    const body = jsonOf(annotated({ attributes: { [LONE_SURROGATE]: 1 } }));

    const answer = await expectNoChange(service, () => postJson('/images', body));

    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0].pointer).toMatch(/^#\/annotations\/0\/attributes\//);
  });

  it.each<[string, Fields, string]>([
    [
      'a coordinate',
      {
        polygon: {
          points: [
            [0, 'INFINITE'],
            [1, 1],
          ],
        },
      },
      '#/annotations/0/polygon/points/0/1',
    ],
    ['a confidence', { confidence: 'INFINITE' }, '#/annotations/0/confidence'],
    ['an index', { index: 'INFINITE' }, '#/annotations/0/index'],
  ])('is refused by name: 1e400 as %s', async (_what, fields, pointer) => {
    for (const number of ['1e400', '-1e400', '1E+309']) {
      const body = jsonOf(annotated(fields), number);

      const answer = await expectNoChange(service, () => postJson('/images', body));

      expectProblem(answer, 400, 'invalid-request', [pointer]);
    }
  });

  it.each([2_147_483_648, -1, 1.5, 1e20, '1', null, true, [1]])(
    'is refused by name: %j as an index',
    async (index) => {
      const answer = await expectNoChange(service, () =>
        http.post('/images').send(annotated({ index })),
      );

      expectProblem(answer, 400, 'invalid-request');
      expect(new Set(pointersOf(answer))).toEqual(new Set(['#/annotations/0/index']));
    },
  );

  it.each([
    '2147483648',
    '-1',
    '1.5',
    '1e1',
    '0x1',
    '01',
    '１',
    '99999999999999999999',
    '%00',
    'a',
    '+1',
  ])('is refused by name: %s as an index in a path', async (index) => {
    const image = await anImage(http);

    const answer = await expectNoChange(service, () =>
      send(service.url, {
        method: 'DELETE',
        path: encodeURI(`${pathTo(image)}/annotations/`) + index.replace('１', '%EF%BC%91'),
      }),
    );

    expectProblem(answer, 400, 'invalid-request', ['annotation_index']);
  });

  it('takes the largest index and the longest texts, which fit into every index', async () => {
    const wide = Array.from({ length: 255 }, (_, place) =>
      String.fromCodePoint(0x20000 + place * 97),
    ).join('');
    const key = Array.from({ length: 256 }, (_, place) =>
      String.fromCodePoint(0x20000 + place * 89),
    ).join('');

    const image = await anImage(http, {
      image_key: key,
      hardware_id: wide,
      client_id: key.slice(0, 2 * 63),
      annotations: [annotationFields({ index: 2_147_483_647, instrument: wide })],
    });

    expect(image).toMatchObject({ image_key: key, hardware_id: wide });
    const found = await http.get('/images').query({ instrument: wide, hardware_id: wide });
    expect(found.body).toHaveLength(1);
  });

  it('answers 409 when there is no index left to give', async () => {
    const image = await anImage(http, {
      annotations: [annotationFields({ index: 2_147_483_647 })],
    });

    const answer = await expectNoChange(service, () =>
      http.post(pathTo(image, 'annotations')).send(annotationFields()),
    );

    expectProblem(answer, 409, 'no-next-index');
  });

  it.each<[string, unknown[]]>([
    ['of another order', ['created_at', '2026-01-01T00:00:00.000Z', '1']],
    [
      'with an id beyond bigint',
      ['-created_at', '2026-01-01T00:00:00.000Z', '99999999999999999999'],
    ],
    [
      'with an id that is no number',
      ['-created_at', '2026-01-01T00:00:00.000Z', '1; DROP TABLE images'],
    ],
    ['with a time that is none', ['-created_at', 'infinity', '1']],
    ['with a time beyond PostgreSQL', ['-created_at', '294277-01-01T00:00:00Z', '1']],
    ['with NUL', ['-created_at', 'a\0', '1']],
    ['that is too short', ['-created_at']],
    ['of objects', ['-created_at', { a: 1 }, []]],
  ])('is refused by name: a cursor %s', async (_what, position) => {
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');

    expectProblem(await http.get('/images').query({ cursor }), 400, 'invalid-request', ['cursor']);
  });

  it.each(['', 'x', '{}', '%00', 'bnVsbA', '////', 'x'.repeat(5_000)])(
    'is refused by name: %j as a cursor',
    async (cursor) => {
      for (const path of ['/images', '/users', '/locations', '/instruments'])
        expectProblem(await http.get(`${path}?cursor=${cursor}`), 400, 'invalid-request', [
          'cursor',
        ]);
    },
  );
});

describe('JSON', () => {
  it.each<[string, string | Buffer]>([
    ['no JSON', '{'],
    ['more than one value', '{} {}'],
    ['a comment', '{/* */}'],
    ['NaN', '{"a":NaN}'],
    ['single quotes', "{'a':1}"],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
    ['a raw control character', '"\u0001"'],
  ])('is refused when it is %s', async (_what, body) => {
    await expectNoChange(service, async () => {
      for (const path of ['/images', '/users'])
        expectProblem(await postJson(path, body), 400, 'malformed-json');
    });
  });

  it.each(['[]', 'null', '"text"', '1', 'true', '[{}]'])(
    'is refused when it is %s, no object',
    async (body) => {
      for (const path of ['/images', '/users', '/locations'])
        expectProblem(await postJson(path, body), 400, 'invalid-request', ['#']);
    },
  );

  it.each([33, 10_000, 300_000])('is refused when it is nested %d levels deep', async (depth) => {
    const bodies = [
      '['.repeat(depth) + ']'.repeat(depth),
      '{"a":'.repeat(depth) + '1' + '}'.repeat(depth),
    ];
    for (const body of bodies) {
      const answer = await expectNoChange(service, () => postJson('/images', body));
      expectProblem(answer, 400, 'invalid-request');
      expect(answer.body.errors).toHaveLength(1);
      expect(answer.body.errors[0]).toMatchObject({ detail: expect.stringContaining('32') });
    }
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'has no fields of the name %s, at any depth',
    async (name) => {
      const fields = JSON.stringify(imageFields()).slice(1);
      const annotation = '"annotations":[{"instrument":"a",';
      const bodies: [string, string][] = [
        [`{"${name}":{"polluted":1},${fields}`, `#/${name}`],
        [`{${annotation}"${name}":{"polluted":1}}],${fields}`, `#/annotations/0/${name}`],
        [
          `{${annotation}"attributes":{"${name}":1}}],${fields}`,
          `#/annotations/0/attributes/${name}`,
        ],
      ];
      for (const [body, pointer] of bodies) {
        const answer = await expectNoChange(service, () => postJson('/images', body));
        expectProblem(answer, 400, 'invalid-request', [pointer]);
      }
      expect(({} as Fields).polluted).toBeUndefined();
    },
  );

  it.each(['toString', 'valueOf', 'hasOwnProperty', 'toDraft', 'then', 'toJSON'])(
    'has no fields of the name %s, but attributes',
    async (name) => {
      const unknown = await expectNoChange(service, () =>
        http.post('/images').send({ ...annotated({ [name]: 'x' }), [name]: 'x' }),
      );
      expectProblem(unknown, 400, 'invalid-request', [`#/${name}`, `#/annotations/0/${name}`]);

      const attributes = { [name]: 'x', other: 1 };
      const annotation = await anAnnotation(http, { attributes });
      expect(annotation.attributes).toEqual(attributes);
      expect((await http.get(pathTo(annotation))).body.attributes).toEqual(attributes);
    },
  );

  describe('with a field that is there twice, of which a parser takes the last', () => {
    const record = JSON.stringify(imageFields({ image_key: undefined })).slice(1);
    const twice = `{"ml_tag":"TEST","ml_tag":"LIVE",${record}`;

    it.each<[path: string, body: string, pointer: string]>([
      ['/users', '{"first_name":"a","last_name":"b","first_name":"c"}', '#/first_name'],
      ['/images', twice, '#/ml_tag'],
      ['/images', twice.replace('"ml_tag"', '"ml\\u005ftag"'), '#/ml_tag'],
      [
        '/images',
        `{"annotations":[{"instrument":"a"},{"instrument":"b","instrument":"c"}],${record}`,
        '#/annotations/1/instrument',
      ],
      ['/images/batch', `{"images":[{${record},${twice}]}`, '#/images/1/ml_tag'],
      ['/images/batch', `{"images":[{${record}],"images":[]}`, '#/images'],
    ])('is refused by name: %s', async (path, body, pointer) => {
      const answer = await expectNoChange(service, () => postJson(path, body));
      expectProblem(answer, 400, 'invalid-request', [
        { pointer, detail: 'is there more than once' },
      ]);
    });

    it('is refused by name in a form', async () => {
      const answer = await expectNoChange(service, async () =>
        http
          .post('/images')
          .field('metadata', twice)
          .attach('file', await aPicture({ format: 'png', width: 4, height: 3 }), 'a.png'),
      );
      expectProblem(answer, 400, 'invalid-request', ['#/ml_tag']);
    });

    it('is refused soon in a body of 6 MB', async () => {
      const points = Array.from({ length: 9_000 }, (_, place) => [place / 7, place / 3]);
      const polygon = JSON.stringify({ points });
      const annotation = `{"instrument":"a","polygon":${polygon}}`;
      const last = `{"instrument":"a","polygon":${polygon},"instrument":"b"}`;
      const annotations = [...Array<string>(20).fill(annotation), last].join();
      const started = cpuMs();

      const answer = await postJson('/images', `{"annotations":[${annotations}],${record}`);

      expect(cpuMs() - started).toBeLessThan(2_000);
      expectProblem(answer, 400, 'invalid-request', ['#/annotations/20/instrument']);
    });
  });

  it('is told all of its faults at once, but not more than a hundred', async () => {
    const fields = { colour: 1, client_id: 2, ml_tag: 'MAYBE', created_at: 'now' };
    const some = await http.post('/images').send(fields);
    const annotations = Array<Fields>(2_000).fill(annotationFields({ colour: 1, size: 2 }));
    const many = await http.post('/images').send(imageFields({ annotations }));

    expectProblem(
      some,
      400,
      'invalid-request',
      Object.keys(fields).map((name) => `#/${name}`),
    );
    expectProblem(many, 400, 'invalid-request');
    expect(many.body.errors).toHaveLength(100);
  });

  // Lists and objects longer than any that is taken are not even read to their end.
  it.each<[string, () => Fields]>([
    ['100,000 fields', () => manyFields(100_000)],
    ['an attribute of 100,000 fields', () => annotated({ attributes: manyFields(100_000) })],
    ['300,000 empty annotations', () => imageFields({ annotations: Array(300_000).fill({}) })],
    [
      '70,000 annotations',
      () => imageFields({ annotations: Array(70_000).fill({ instrument: 'a' }) }),
    ],
    ['a million points', () => annotated({ polygon: { points: Array(1_000_000).fill([1, 2]) } })],
  ])('is refused with 413 when it has %s', async (_what, make) => {
    const answer = await expectNoChange(service, () => postJson('/images', JSON.stringify(make())));

    expectProblem(answer, 413, 'body-too-large');
  });

  // 1 to 16 MB of JSON each, over which a validation that looks at every value is busy for many seconds.
  it.each<[string, () => Fields, string]>([
    ['20,000 fields', () => manyFields(20_000), '#'],
    [
      'an attribute of 20,000 fields',
      () => annotated({ attributes: manyFields(20_000) }),
      '#/annotations/0/attributes',
    ],
    [
      '20,000 empty annotations',
      () => imageFields({ annotations: Array(20_000).fill({}) }),
      '#/annotations',
    ],
    [
      '20,000 points',
      () => annotated({ polygon: { points: Array(20_000).fill([1, 2]) } }),
      '#/annotations/0/polygon/points',
    ],
    [
      'a million lists in lists',
      () => imageFields({ a: Array(100).fill(Array(10_000).fill([])) }),
      '#/a',
    ],
  ])('is refused soon when it has %s', async (_what, make, pointer) => {
    const body = JSON.stringify(make());
    const started = cpuMs();

    const answer = await expectNoChange(service, () => postJson('/images', body));

    expect(cpuMs() - started).toBeLessThan(2_000);
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it('has pointers that spell the names of fields as RFC 6901 does', async () => {
    const answer = await http.post('/images').send(imageFields({ 'a/b~c': 1, '': 2, ä: 3 }));

    expectProblem(answer, 400, 'invalid-request', ['#/a~1b~0c', '#/', '#/ä']);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 1],
    ['a text', 'x'],
    ['a list', []],
    ['a list of lists', [[]]],
  ])('is refused when an annotation is %s', async (_what, annotation) => {
    const answer = await expectNoChange(service, () =>
      http.post('/images').send(imageFields({ annotations: [annotation] })),
    );

    expectProblem(answer, 400, 'invalid-request');
    expect(pointersOf(answer).every((pointer) => pointer.startsWith('#/annotations'))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an object', { length: 1_000_000_000 }],
    ['a text', 'x'],
    ['2,001 of them', Array(2_001).fill({ instrument: 'a' })],
  ])('is refused when the annotations are %s', async (_what, annotations) => {
    const answer = await expectNoChange(service, () =>
      http.post('/images').send(imageFields({ annotations })),
    );

    expectProblem(answer, 400, 'invalid-request');
    expect(pointersOf(answer)[0]).toMatch(/^#\/annotations/);
  });

  it('may begin with a byte order mark', async () => {
    expect((await postJson('/users', `\ufeff${JSON.stringify(userFields())}`)).status).toBe(201);
  });
});

describe('the size of a JSON body', () => {
  const tooLarge = () => JSON.stringify(userFields({ role: 'x'.repeat(1_000_001) }));

  it.each([
    [
      'declared',
      (body: string) => [{ 'Content-Length': String(body.length) }, [Buffer.from(body)]] as const,
    ],
    ['chunked', (body: string) => [{}, [Buffer.from(body)]] as const],
    [
      'of 40 MB that is still being sent',
      () => [{}, Array<Buffer>(640).fill(Buffer.alloc(65_536, '['))] as const,
    ],
    [
      'that is gzip of 50 MB',
      () => [{ 'Content-Encoding': 'gzip' }, [gzipSync(Buffer.alloc(50_000_000, '['))]] as const,
    ],
    [
      'that is Brotli of 50 MB',
      () => [{ 'Content-Encoding': 'br' }, [brotli(Buffer.alloc(50_000_000, '['))]] as const,
    ],
  ])('is refused with 413: a body %s', async (_what, make) => {
    const [headers, body] = make(tooLarge());

    const answer = await expectNoChange(service, () =>
      sendStream(service.url, {
        path: '/users',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      }),
    );

    expectProblem(answer, 413, 'body-too-large');
  });

  it.each(['/images', '/images/k/annotations'])(
    'of %s may be 16 MB, and not more',
    async (path) => {
      await http.put('/images/k/annotations');
      if (path !== '/images') await anImage(http, { image_key: 'k' });
      const body = Array<Buffer>(300).fill(Buffer.alloc(65_536, ' '));

      const answer = await expectNoChange(service, () =>
        sendStream(service.url, {
          method: path === '/images' ? 'POST' : 'PUT',
          path,
          headers: { 'Content-Type': 'application/json' },
          body,
        }),
      );

      expectProblem(answer, 413, 'body-too-large');
    },
  );
});

describe('the type and encoding of a body', () => {
  it.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/vnd.api+json',
    'json',
    '',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/json; charset=utf-7',
  ])('is refused with 415: %j', async (type) => {
    const answer = await expectNoChange(service, () =>
      send(service.url, {
        path: '/users',
        headers: { 'Content-Type': type },
        body: JSON.stringify(userFields()),
      }),
    );

    expectProblem(answer, 415, 'unsupported-media-type');
  });

  it('is refused with 415 when there is none', async () => {
    const answer = await send(service.url, { path: '/users', body: JSON.stringify(userFields()) });

    expectProblem(answer, 415, 'unsupported-media-type');
  });

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/merge-patch+json',
  ])('may be %s', async (type) => {
    const body = JSON.stringify(userFields());
    const answer = await send(service.url, {
      path: '/users',
      headers: { 'Content-Type': type },
      body,
    });

    expect(answer.status).toBe(201);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotli],
  ])('may be %s', async (encoding, compress) => {
    const fields = userFields({ first_name: 'Zoë' });

    const answer = await postJson('/users', compress(JSON.stringify(fields)), {
      'Content-Encoding': encoding,
    });

    expect(answer.status).toBe(201);
    expect(answer.body.first_name).toBe('Zoë');
  });

  it.each(['zip', 'gzip, gzip', 'constructor', 'utf-8'])(
    'is refused with 415: Content-Encoding %s',
    async (encoding) => {
      const answer = await expectNoChange(service, () =>
        postJson('/users', JSON.stringify(userFields()), { 'Content-Encoding': encoding }),
      );

      expectProblem(answer, 415, 'unsupported-media-type');
    },
  );

  it.each([
    ['is no gzip', Buffer.from('{}')],
    ['is cut', gzipSync(JSON.stringify(userFields())).subarray(0, -9)],
    ['is empty', Buffer.alloc(0)],
  ])('is refused with 400 when what says it is gzip %s', async (_what, body) => {
    const answer = await expectNoChange(service, () =>
      postJson('/users', body, { 'Content-Encoding': 'gzip' }),
    );

    expect(answer.status).toBe(400);
  });

  it.each(['POST /users', 'POST /images', 'PATCH /images/k', 'PUT /users/u'])(
    '%s is refused with 400 when it is empty',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      await http.post('/images').send(imageFields({ image_key: 'k' }));
      await http.post('/users').send(userFields({ id: 'u' }));
      const headers = { 'Content-Type': 'application/json', 'Content-Length': '0' };

      const answer = await expectNoChange(service, () =>
        send(service.url, { method, path, headers }),
      );

      expectProblem(answer, 400, 'invalid-request', ['#']);
    },
  );

  it('is asked for when a client waits for 100 (Continue)', async () => {
    const { hostname, port } = new URL(service.url);
    const body = JSON.stringify(userFields());
    const request = open({
      hostname,
      port,
      method: 'POST',
      path: '/users',
      headers: {
        Expect: '100-continue',
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
    });
    request.flushHeaders();
    await new Promise((resolve) => request.once('continue', resolve));
    request.end(body);

    const status = await new Promise((resolve) =>
      request.once('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }),
    );

    expect(status).toBe(201);
  });
});

describe('times', () => {
  const NO_TIME = [
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00+01',
    '2026-01-01T00:00:00+0100',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00[Europe/Berlin]',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2016-12-31T23:59:60Z',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    'infinity',
    '-infinity',
    'now',
    'epoch',
    'Invalid Date',
    '',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '٢٠٢٦-01-01T00:00:00Z',
  ];

  it('are refused by name in a body when they are none', async () => {
    const image = await anImage(http);

    await expectNoChange(service, async () => {
      for (const created_at of [
        ...NO_TIME,
        1_767_225_600_000,
        null,
        true,
        ['2026-01-01T00:00:00Z'],
      ]) {
        const posted = await http.post('/images').send(imageFields({ created_at }));
        expectProblem(posted, 400, 'invalid-request', ['#/created_at']);
        const patched = await http.patch(pathTo(image)).send({ created_at });
        expectProblem(patched, 400, 'invalid-request', ['#/created_at']);
      }
    });
  });

  it.each(['created_from', 'created_to'])(
    'are refused by name in a query when they are none: %s',
    async (name) => {
      for (const time of NO_TIME)
        expectProblem(await http.get('/images').query({ [name]: time }), 400, 'invalid-request', [
          name,
        ]);
    },
  );

  it.each([
    ['2026-03-01T09:30:00+01:00', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01t09:30:00.1239z', '2026-03-01T09:30:00.123Z'],
    ['2024-02-29T23:59:59.999999999-23:59', '2024-03-01T23:58:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['1582-10-10T00:00:00Z', '1582-10-10T00:00:00.000Z'],
  ])('are kept to the millisecond: %s is %s', async (created_at, instant) => {
    const image = await anImage(http, { created_at });

    expect(image.created_at).toBe(instant);
    expect((await http.get(pathTo(image))).body.created_at).toBe(instant);
    const found = await http
      .get('/images')
      .query({ created_from: created_at, created_to: '9999-12-31T23:59:59.999Z' });
    if (instant < '9999') expect(JSON.stringify(found.body)).toContain(image.image_key);
  });
});

describe('query parameters', () => {
  it.each<[string, () => Promise<string>]>([
    ['GET', async () => '/images'],
    ['POST', async () => '/images'],
    ['GET', async () => pathTo(await anImage(http))],
    ['PATCH', async () => pathTo(await anImage(http))],
    ['DELETE', async () => pathTo(await anImage(http))],
    ['GET', async () => pathTo(await aPhotograph(http), 'file')],
    ['PUT', async () => pathTo(await anImage(http), 'file')],
    ['DELETE', async () => pathTo(await aPhotograph(http), 'file')],
    ['GET', async () => pathTo(await anImage(http), 'annotations')],
    ['POST', async () => pathTo(await anImage(http), 'annotations')],
    ['PUT', async () => pathTo(await anImage(http), 'annotations')],
    ['GET', async () => pathTo(await anAnnotation(http))],
    ['PUT', async () => pathTo(await anAnnotation(http))],
    ['DELETE', async () => pathTo(await anAnnotation(http))],
    ['GET', async () => '/instruments'],
    ['GET', async () => '/users'],
    ['POST', async () => '/users'],
    ['GET', async () => `/users/${(await aUser(http)).id}`],
    ['DELETE', async () => `/users/${(await aUser(http)).id}`],
    ['GET', async () => '/locations'],
    ['DELETE', async () => `/locations/${(await aLocation(http)).id}`],
  ])('are refused by name where they are not known: %s %#', async (method, makePath) => {
    const path = await makePath();

    const answer = await expectNoChange(service, () =>
      send(service.url, {
        method,
        path: `${path}?bogus=1&Limit=2`,
        ...(['POST', 'PATCH', 'PUT'].includes(method)
          ? { headers: { 'Content-Type': 'application/json' }, body: '{}' }
          : {}),
      }),
    );

    expectProblem(answer, 400, 'invalid-request', ['bogus', 'Limit']);
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'toFilter',
    'limit[]',
    'limit[a]',
    '',
  ])('have no %j', async (name) => {
    for (const path of ['/images', '/users'])
      for (const query of [`${name}=1`, `${name}=1&${name}=2`])
        expectProblem(await http.get(`${path}?${query}`), 400, 'invalid-request', [name]);
  });

  it.each([
    ['limit', '1'],
    ['cursor', 'x'],
    ['count', 'exact'],
    ['sort', 'created_at'],
    ['q', 'a'],
    ['created_from', '2026-01-01T00:00:00Z'],
    ['created_to', '2026-01-01T00:00:00Z'],
    ['has_file', 'true'],
    ['annotated', 'true'],
    ['annotations', 'false'],
    ['trash', 'true'],
  ])('that have one value are refused when they come twice: %s', async (name, value) => {
    const answer = await http.get(`/images?${name}=${value}&${name}=${value}`);

    expectProblem(answer, 400, 'invalid-request');
    expect(new Set(parametersOf(answer))).toEqual(new Set([name]));
  });

  it('are refused when they come twice, before anything is deleted', async () => {
    const image = await anImage(http);

    const answer = await expectNoChange(service, () =>
      http.delete(`${pathTo(image)}?purge=true&purge=true`),
    );

    expectProblem(answer, 400, 'invalid-request', ['purge']);
  });

  it.each<[string, string[]]>([
    [
      'limit',
      ['0', '-1', '501', '1.5', '', 'all', '1e9', '0x10', '１', 'NaN', '9223372036854775808', ' 1'],
    ],
    [
      'sort',
      ['', 'user_id', '-image_key', 'created_at,image_key', 'CREATED_AT', '1; DROP TABLE images'],
    ],
    ['count', ['', 'true', 'EXACT', '1']],
    ['has_file', ['', '1', 'yes', 'TRUE']],
    ['annotated', ['', '0', 'no']],
    ['trash', ['', '1', 'null']],
    ['annotations', ['', '1', 'none']],
    ['ml_tag', ['', 'train', 'OTHER', 'TRAIN,TEST']],
    ['q', ['', 'a\0', ' a', 'x'.repeat(256)]],
    ['user_id', ['', 'a\0', '../a', 'x'.repeat(256)]],
    ['location_id', ['', 'a\0', '..']],
    ['client_id', ['', 'a\0', 'a\\b']],
    ['instrument', ['', 'a\0', 'x'.repeat(256)]],
    ['hardware_id', ['', 'a\0', '\u202ea']],
  ])('are refused by name when their value is wrong: %s', async (name, values) => {
    for (const value of values) {
      const answer = await http.get('/images').query({ [name]: value });
      expectProblem(answer, 400, 'invalid-request');
      expect(new Set(parametersOf(answer))).toEqual(new Set([name]));
    }
  });

  it.each(['has_file', 'q', 'limit', 'client_id'])(
    'are refused by name when they have no value at all: %s',
    async (name) => {
      expect(new Set(parametersOf(await http.get(`/images?${name}`)))).toEqual(new Set([name]));
    },
  );

  it('name the orders that there are when they ask for another', async () => {
    const answer = await http.get('/images?sort=size');

    const detail = /-created_at.*created_at.*-received_at.*received_at.*image_key/;
    expectProblem(answer, 400, 'invalid-request', [{ parameter: 'sort', detail }]);
  });

  it.each(['%', '%zz', '%E9', '%ED%A0%80', '%C0%AF', 'a%'])(
    'are refused by name when they are not percent-encoded UTF-8: %s',
    async (value) => {
      for (const [path, name] of [
        ['/images', 'q'],
        ['/images', 'client_id'],
        ['/users', 'cursor'],
      ])
        expectProblem(
          await send(service.url, { method: 'GET', path: `${path}?${name}=${value}` }),
          400,
          'invalid-request',
          [String(name)],
        );
    },
  );

  it('are refused all at once, and together with unknown ones', async () => {
    const answer = await http.get('/images?limit=0&sort=size&colour=red&q=%00');

    expectProblem(answer, 400, 'invalid-request', ['limit', 'sort', 'colour', 'q']);
  });

  it('are all read, however many there are', async () => {
    const image = await anImage(http, { client_id: unique('client') });
    const many = 'client_id=a&'.repeat(1_200);

    const found = await http.get(`/images?${many}client_id=${image.client_id}`);
    const unknown = await http.get(`/images?${many}bogus=1`);

    expect(found.body).toEqual([image]);
    expectProblem(unknown, 400, 'invalid-request', ['bogus']);
  });

  it.each([70_000, 1_000_000])(
    'of %d bytes are refused, and the service goes on',
    async (bytes) => {
      const path = `/images?${'client_id=a&'.repeat(bytes / 12)}`;

      const { status } = await send(service.url, { method: 'GET', path });

      expect(status).toBe(431);
      expect((await http.get('/health/ready')).status).toBe(200);
    },
  );
});

describe('routes and methods', () => {
  it.each([
    'GET /nothing',
    'GET /image',
    'GET /images/a/b',
    'GET /images/a/files',
    'POST /images/a',
    'PUT /images/a',
    'PUT /images',
    'DELETE /images',
    'PATCH /images',
    'DELETE /users',
    'POST /health/live',
    'PROPFIND /images',
    'TRACE /images',
    'GET //images',
    'GET /images//file',
    'GET /.env',
    'GET /.git/config',
    'GET /../../etc/passwd',
    'GET /%2e%2e/package.json',
    'GET /node_modules/express/package.json',
  ])('%s is answered 404', async (route) => {
    const [method = '', path = ''] = route.split(' ');

    const answer = await expectNoChange(service, () => send(service.url, { method, path }));

    expectProblem(answer, 404, 'route-not-found');
  });

  it('that do not exist do not read the body', async () => {
    const answer = await sendStream(service.url, {
      path: '/nothing',
      body: Array<Buffer>(640).fill(Buffer.alloc(65_536)),
    });

    expectProblem(answer, 404, 'route-not-found');
  });

  it.each<[string, RawRequest, string, string]>([
    [
      '404 before 400',
      { method: 'PUT', path: '/images/nobody/annotations/0', body: '{}' },
      '404',
      'image-not-found',
    ],
    [
      '404 before 400',
      { method: 'PATCH', path: '/images/nobody', body: '{"a":1}' },
      '404',
      'image-not-found',
    ],
    ['404 before 415', { method: 'GET', path: '/users/nobody?bogus=1' }, '404', 'user-not-found'],
  ])('answer %s', async (_order, request, status, code) => {
    const headers = { 'Content-Type': 'application/json' };

    expectProblem(await send(service.url, { ...request, headers }), Number(status), code);
  });
});

describe('the head of a request', () => {
  it.each([
    [
      'a header of 20 KB',
      `GET /images HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    [
      'two lengths',
      'POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a length that is no number',
      'POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n{}',
      400,
    ],
    ['a negative length', 'POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}', 400],
    [
      'a broken chunk',
      'POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['no host', 'GET /images HTTP/1.1\r\n\r\n', 400],
    ['no method', '/images HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['an unknown method', 'FETCH /images HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a bare line feed in a header', 'GET /images HTTP/1.1\r\nHost: x\r\nX: a\n b\r\n\r\n', 400],
    ['a raw NUL', 'GET /images HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['nothing', '\r\n\r\n', 0],
  ])('is refused when it has %s, and the service goes on', async (_what, bytes, status) => {
    const answer = await expectNoChange(service, () =>
      exchange(service.url, Buffer.from(bytes, 'latin1')),
    );

    if (status > 0) expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toMatch(/stack|node_modules|\.js:/);
  });

  it.each(['"', 'a', '"1', '1', '"a" "b"', ','])('is refused when If-Match is %s', async (tag) => {
    const image = await anImage(http);

    const answer = await expectNoChange(service, () =>
      http.delete(pathTo(image)).set('If-Match', tag),
    );

    expectProblem(answer, 400, 'invalid-request', [{ header: 'If-Match' }]);
  });

  it('is read soon, however If-Match is malformed', async () => {
    const image = await anImage(http);
    const started = cpuMs();

    for (const tag of [`"a"${'  ,'.repeat(5_000)}x`, `${','.repeat(15_000)}x`, '"'.repeat(15_001)])
      expect((await http.delete(pathTo(image)).set('If-Match', tag)).status).toBe(400);

    expect(cpuMs() - started).toBeLessThan(1_000);
  });

  it('says nothing of what the service is made of', async () => {
    for (const path of ['/images', '/nothing', '/images/%zz']) {
      const { headers, text } = await send(service.url, { method: 'GET', path });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
      expect(text).not.toMatch(/nest|express|typeorm|node_modules/i);
    }
  });
});

describe('a route that takes no body', () => {
  const ROUTES: readonly [route: string, address: () => Promise<string>][] = [
    ['DELETE /users', async () => `/users/${(await aUser(http)).id}`],
    ['DELETE /locations', async () => `/locations/${(await aLocation(http)).id}`],
    ['DELETE /images', async () => pathTo(await anImage(http))],
    ['DELETE /images/…/annotations', async () => pathTo(await anAnnotation(http))],
    ['POST /images/…/restore', async () => pathTo(await aTrashedImage(http), 'restore')],
  ];
  // Node.js frames the body of a DELETE only if it is told how.
  const CHUNKED = { 'Transfer-Encoding': 'chunked' };
  const JSON_TYPE = { 'Content-Type': 'application/json' };
  const CHUNKED_JSON = { ...JSON_TYPE, ...CHUNKED };

  it.each(ROUTES)('refuses one that says something: %s', async (route, address) => {
    const [method = ''] = route.split(' ');
    const path = await address();
    const told = (body: string) => send(service.url, { method, path, headers: CHUNKED_JSON, body });

    await expectNoChange(service, async () => {
      expectProblem(await told('{"version":1}'), 400, 'invalid-request', ['#/version']);
      for (const body of ['[]', 'null', '"x"'])
        expectProblem(await told(body), 400, 'invalid-request', ['#']);
      expectProblem(await told('{'), 400, 'malformed-json');
      const text = await send(service.url, { method, path, headers: CHUNKED, body: 'blurred' });
      expectProblem(text, 415, 'unsupported-media-type');
    });
  });

  it.each(ROUTES)(
    'refuses a huge one without reading it to its end: %s',
    async (route, address) => {
      const [method = ''] = route.split(' ');
      const path = await address();
      const body = Array<Buffer>(640).fill(Buffer.alloc(65_536, ' '));
      const { status } = await expectNoChange(service, () =>
        sendStream(service.url, { method, path, headers: CHUNKED_JSON, body }),
      );

      expect(status).toBe(413);
    },
  );

  const EMPTY: readonly [what: string, headers: Record<string, string>, body: string][] = [
    ['none', {}, ''],
    ['none, of length 0', { 'Content-Length': '0' }, ''],
    ['none, called JSON', { ...JSON_TYPE, 'Content-Length': '0' }, ''],
    ['none, in chunks', CHUNKED, ''],
    ['none, called text, in chunks', { ...CHUNKED, 'Content-Type': 'text/plain' }, ''],
    ['{}', { ...JSON_TYPE, 'Content-Length': '2' }, '{}'],
    ['{} in chunks', CHUNKED_JSON, '{}'],
    ['{} after 100 (Continue)', { ...CHUNKED_JSON, Expect: '100-continue' }, '{}'],
  ];

  it.each(EMPTY)('works with one that says nothing: %s', async (_what, headers, body) => {
    for (const [route, address] of ROUTES) {
      const [method = ''] = route.split(' ');
      const path = await address();
      const answer = await send(service.url, { method, path, headers, body });
      expect([route, answer.status]).toEqual([route, method === 'POST' ? 200 : 204]);
    }
  });

  it('says that there is nothing to act on, whatever the body says', async () => {
    const answer = await http.delete('/users/nobody').send({ version: 1 });
    expectProblem(answer, 404, 'user-not-found');
  });
});

function annotated(annotation: Fields): Fields {
  return imageFields({ annotations: [annotationFields({ polygon: aPolygon(), ...annotation })] });
}

function brotli(bytes: string | Buffer): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

function manyFields(count: number): Fields {
  return Object.fromEntries(Array.from({ length: count }, (_, place) => [`field-${place}`, 1]));
}

/** JSON in which the text INFINITE becomes a number that JavaScript cannot write. */
function jsonOf(value: unknown, number = '1e400'): string {
  return JSON.stringify(value).replaceAll('"INFINITE"', number);
}

function postJson(
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  return send(service.url, {
    path,
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
}

function pointersOf(answer: Response): string[] {
  return answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
}

function parametersOf(answer: Response): unknown[] {
  return (answer.body.errors ?? []).map(({ parameter }: { parameter: string }) => parameter);
}
