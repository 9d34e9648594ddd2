import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { expectProblem } from './helpers/problems.js';
import {
  at,
  aLocation,
  anAnnotation,
  anImage,
  annotationFields,
  aPolygon,
  aTrashedImage,
  aUser,
  etagOf,
  type Fields,
  imageFields,
  NO_GEOMETRY,
  pathTo,
  unique,
} from './helpers/records.js';

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('POST /images as JSON', () => {
  it('takes null and nothing for the same, so that a request that differs in it is a retry', async () => {
    const fields = imageFields();
    await http.post('/images').send(fields);

    const repeated = await http
      .post('/images')
      .send({ ...fields, hardware_id: null, ml_tag: null });

    expect(repeated.status).toBe(200);
  });

  it('answers 422 with every unknown reference and every impossible polygon', async () => {
    const crossing = {
      points: [
        [0, 0],
        [9, 6],
        [9, 0],
        [0, 9],
      ],
    };
    const fields = imageFields({
      user_id: 'nobody',
      location_id: 'nowhere',
      annotations: [{ instrument: 'scalpel', polygon: crossing }],
    });
    expectProblem(await http.post('/images').send(fields), 422, 'unknown-reference', [
      '#/user_id',
      '#/location_id',
      '#/annotations/0/polygon/points/2',
    ]);
  });

  it('answers 400 with every field that is missing', async () => {
    const answer = await http.post('/images').send({});
    expectProblem(answer, 400, 'invalid-request', [
      { pointer: '#/client_id', detail: 'is required' },
      { pointer: '#/created_at', detail: 'is required' },
    ]);
  });

  it('stores the record with its annotations and answers it whole', async () => {
    const user = await aUser(http);
    const location = await aLocation(http);

    const answer = await http.post('/images').send({
      image_key: 'tray-7/front',
      client_id: 'st-james',
      created_at: '2026-03-01T09:30:00.123+01:00',
      hardware_id: 'Canon EOS R5',
      ml_tag: 'TRAIN',
      location_id: location.id,
      user_id: user.id,
      annotations: [
        {
          instrument: 'scalpel',
          polygon: aPolygon(),
          attributes: { condition: 'clean', occluded: false, depth: 1.5 },
          source: 'model',
          confidence: 0.93,
        },
      ],
    });

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: '/images/tray-7%2Ffront', etag: '"1.1"' });
    const { received_at } = answer.body;
    expect(answer.body).toEqual({
      image_key: 'tray-7/front',
      client_id: 'st-james',
      created_at: '2026-03-01T08:30:00.123Z',
      hardware_id: 'Canon EOS R5',
      ml_tag: 'TRAIN',
      location_id: location.id,
      user_id: user.id,
      review_state: 'annotated',
      annotations: [
        {
          image_key: 'tray-7/front',
          index: 0,
          instrument: 'scalpel',
          ...NO_GEOMETRY,
          polygon: aPolygon(),
          attributes: { condition: 'clean', occluded: false, depth: 1.5 },
          source: 'model',
          confidence: 0.93,
          bbox: [10, 10, 30, 20],
          area: 300,
          centroid: [20, expect.closeTo(50 / 3, 12)],
          created_at: INSTANT,
          updated_at: INSTANT,
          created_by: null,
          updated_by: null,
          version: 1,
        },
      ],
      file: null,
      received_at: INSTANT,
      updated_at: INSTANT,
      created_by: null,
      updated_by: null,
      deleted_at: null,
      version: 1,
    });
    expect(Math.abs(Date.now() - Date.parse(received_at))).toBeLessThan(10_000);
    expect((await http.get('/images/tray-7%2Ffront')).body).toEqual(answer.body);
  });

  it.each<[string, Fields]>([
    ['left out', {}],
    ['null', { hardware_id: null, ml_tag: null, location_id: null, user_id: null }],
  ])('has null and an empty list for what is %s', async (_, fields) => {
    const image = await anImage(http, fields);

    expect(image).toMatchObject({
      hardware_id: null,
      ml_tag: null,
      location_id: null,
      user_id: null,
      file: null,
      annotations: [],
    });
    expect(await etagOf(http, pathTo(image))).toBe('"1.0"');
  });

  it('makes a UUIDv7 of the present time where the key is left out', async () => {
    const before = Date.now();

    const { image_key } = await anImage(http, { image_key: undefined });

    expect(image_key).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    // RFC 9562, section 5.7: the first 48 bits are the milliseconds since 1970.
    const milliseconds = Number.parseInt(image_key.replace('-', '').slice(0, 12), 16);
    expect(milliseconds).toBeGreaterThanOrEqual(before);
    expect(milliseconds).toBeLessThanOrEqual(Date.now());
  });

  it.each<[string, string]>([
    ['2026-03-01T08:30:00Z', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01t08:30:00z', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01T08:30:00.5Z', '2026-03-01T08:30:00.500Z'],
    ['2026-03-01T08:30:00.1239Z', '2026-03-01T08:30:00.123Z'],
    ['2026-03-01T08:30:00.999999999Z', '2026-03-01T08:30:00.999Z'],
    ['2026-03-01T00:15:00+05:45', '2026-02-28T18:30:00.000Z'],
    ['2026-12-31T23:30:00-09:30', '2027-01-01T09:00:00.000Z'],
    ['2024-02-29T12:00:00-00:00', '2024-02-29T12:00:00.000Z'],
    ['1969-07-20T20:17:40Z', '1969-07-20T20:17:40.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('takes %s for the instant %s', async (created_at, instant) => {
    const image = await anImage(http, { created_at });

    expect(image.created_at).toBe(instant);
    expect((await http.get(pathTo(image))).body.created_at).toBe(instant);
  });

  it.each<[string, unknown]>([
    ['without an offset', '2026-03-01T08:30:00'],
    ['without a time', '2026-03-01'],
    ['on February 30th', '2026-02-30T08:30:00Z'],
    ['on February 29th of 2025', '2025-02-29T08:30:00Z'],
    ['in a leap second', '2016-12-31T23:59:60Z'],
    ['at 24:00', '2026-03-01T24:00:00Z'],
    ['in the year 10000', '10000-01-01T00:00:00Z'],
    ['in the year 10000 of UTC', '9999-12-31T23:30:00-01:00'],
    ['before the year 1 of UTC', '0001-01-01T00:30:00+01:00'],
    ['without end', 'infinity'],
    ['in words', 'now'],
    ['with a space', '2026-03-01 08:30:00Z'],
    ['as a number', 1_772_354_000],
    ['as null', null],
    ['as nothing', undefined],
  ])('refuses a time %s', async (_, created_at) => {
    const answer = await http.post('/images').send(imageFields({ created_at }));

    expectProblem(answer, 400, 'invalid-request', ['#/created_at']);
  });

  it.each([
    'é'.repeat(512),
    'a/b/c',
    'a//b',
    '/',
    '100%',
    '%2F',
    'a+b c',
    '?#&',
    '👩‍⚕️',
    '...',
    'a.',
    '😀/😀',
  ])('takes the key %j, and finds it again', async (image_key) => {
    const answer = await http.post('/images').send(imageFields({ image_key }));

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/images/${encodeURIComponent(image_key)}`);
    expect((await http.get(pathTo({ image_key }))).body).toEqual(answer.body);
  });

  it.each<[string, unknown]>([
    ['of 1025 bytes', 'x'.repeat(1_025)],
    ['of 1026 bytes in 513 characters', 'é'.repeat(513)],
    ['that is empty', ''],
    ['with a parent segment', 'a/../b'],
    ['with a segment of one dot', './a'],
    ['with a backslash', 'a\\b'],
    ['with a NUL', 'a\0b'],
    ['with a line end', 'a\nb'],
    ['with a C1 control character', 'a\u0085b'],
    ['with a change of direction', 'a\u2067b'],
    ['with a lone surrogate', 'a\udc00'],
    ['with a space before', ' a'],
    ['with a no-break space behind', 'a\u00a0'],
    ['that is null', null],
    ['that is a list', ['a']],
  ])('refuses a key %s', async (_, image_key) => {
    const answer = await http.post('/images').send(imageFields({ image_key }));

    expectProblem(answer, 400, 'invalid-request', ['#/image_key']);
  });

  it('brings keys to NFC, so that they are found and clash in whichever form they come', async () => {
    const image = await anImage(http, { image_key: 'Cafe\u0301' });

    expect(image.image_key).toBe('Caf\u00e9');
    expect((await http.get(`/images/${encodeURIComponent('Cafe\u0301')}`)).body).toEqual(image);
    const twin = imageFields({ image_key: 'Caf\u00e9', client_id: 'other' });
    expectProblem(await http.post('/images').send(twin), 409, 'image-exists');
  });

  it('has room for keys that begin alike', async () => {
    const short = await anImage(http, { image_key: 'tray' });
    const long = await anImage(http, { image_key: 'tray/left', client_id: 'other' });

    expect((await http.get('/images/tray')).body).toEqual(short);
    expect((await http.get('/images/tray%2Fleft')).body).toEqual(long);
  });

  it('names everything that is wrong at once', async () => {
    const answer = await http.post('/images').send({
      image_key: '..',
      created_at: 'yesterday',
      hardware_id: '',
      ml_tag: 'train',
      location_id: 7,
      user_id: 'a\tb',
      annotations: [annotationFields(), { instrument: '', colour: 'red' }, 7],
      version: 3,
    });

    expectProblem(answer, 400, 'invalid-request', [
      { pointer: '#/image_key' },
      { pointer: '#/client_id' },
      { pointer: '#/created_at' },
      { pointer: '#/hardware_id' },
      { pointer: '#/ml_tag', detail: /TRAIN, TEST, LIVE/ },
      { pointer: '#/location_id' },
      { pointer: '#/user_id' },
      { pointer: '#/annotations/1/instrument' },
      { pointer: '#/annotations/1/colour', detail: /not known/ },
      { pointer: '#/annotations/2' },
      { pointer: '#/version', detail: /not known/ },
    ]);
  });

  it('answers 422 for a user and a location that do not exist, both at once', async () => {
    const fields = imageFields({ user_id: 'nobody', location_id: 'nowhere' });

    const answer = await http.post('/images').send(fields);

    expectProblem(answer, 422, 'unknown-reference', [
      { pointer: '#/user_id', detail: /"nobody"/ },
      { pointer: '#/location_id', detail: /"nowhere"/ },
    ]);
    expectProblem(await http.get(`/images/${String(fields.image_key)}`), 404, 'image-not-found');
  });

  it('stores nothing when one annotation is impossible', async () => {
    const fields = imageFields({
      annotations: [
        annotationFields(),
        annotationFields({
          polygon: aPolygon(at('1,1 2,2 3,3')),
        }),
      ],
    });

    expectProblem(await http.post('/images').send(fields), 422, 'impossible-geometry');
    expectProblem(await http.get(`/images/${String(fields.image_key)}`), 404, 'image-not-found');
  });

  it('gives annotations without an index the next ones, behind those that are named', async () => {
    const image = await anImage(http, {
      annotations: [
        { instrument: 'first' },
        { instrument: 'named', index: 7 },
        { instrument: 'second' },
      ],
    });

    expect(image.annotations.map(({ index, instrument }) => [index, instrument])).toEqual([
      [7, 'named'],
      [8, 'first'],
      [9, 'second'],
    ]);
  });

  it('refuses two annotations of one index', async () => {
    const annotations = [
      { instrument: 'a', index: 1 },
      { instrument: 'b' },
      { instrument: 'c', index: 1 },
    ];

    const answer = await http.post('/images').send(imageFields({ annotations }));

    expectProblem(answer, 400, 'invalid-request', ['#/annotations/2/index']);
  });

  it('takes 2,000 annotations and refuses one more', async () => {
    const annotations = Array.from({ length: 2_000 }, (_, index) => ({ instrument: 'a', index }));

    expect((await anImage(http, { annotations })).annotations).toHaveLength(2_000);
    const answer = await http
      .post('/images')
      .send(imageFields({ annotations: [...annotations, { instrument: 'a' }] }));
    expectProblem(answer, 400, 'invalid-request', ['#/annotations']);
  });

  it('refuses a query parameter that it does not know', async () => {
    const answer = await http.post('/images?dry_run=true').send(imageFields());

    expectProblem(answer, 400, 'invalid-request', [{ parameter: 'dry_run', detail: /not known/ }]);
  });
});

describe('POST /images of a key that is taken', () => {
  it('answers 200 with the image as it is now to an equal request', async () => {
    const fields = imageFields({ annotations: [annotationFields()] });
    const image = await anImage(http, fields);
    await http.patch(pathTo(image)).send({ ml_tag: 'LIVE' }).expect(200);

    const answer = await http.post('/images').send(fields);

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"2.1"');
    expect(answer.headers.location).toBe(pathTo(image));
    expect(answer.body).toMatchObject({
      ml_tag: 'LIVE',
      version: 2,
      annotations: image.annotations,
    });
  });

  it.each<[string, Fields, Fields]>([
    ['fields in another order', {}, {}],
    ['null for what was left out', {}, { ml_tag: null, user_id: null, annotations: [] }],
    ['the same instant in another zone', {}, { created_at: '2026-03-01T10:30:00.0004+02:00' }],
    ['text in another normal form', { client_id: 'caf\u00e9' }, { client_id: 'cafe\u0301' }],
  ])('takes %s for an equal request', async (_, first, second) => {
    const image = await anImage(http, first);
    const repeated = imageFields({ ...first, image_key: image.image_key, ...second });
    const reordered = Object.fromEntries(Object.entries(repeated).reverse());

    const answer = await http.post('/images').send(reordered);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(image);
  });

  it.each<[string, Fields]>([
    ['another client', { client_id: 'other' }],
    ['another instant', { created_at: '2026-03-01T08:30:00.001Z' }],
    ['a tag more', { ml_tag: 'TRAIN' }],
    ['an annotation more', { annotations: [annotationFields()] }],
  ])('answers 409 to %s, and changes nothing', async (_, change) => {
    const image = await anImage(http);

    const answer = await http
      .post('/images')
      .send(imageFields({ image_key: image.image_key, ...change }));

    expectProblem(answer, 409, 'image-exists');
    expect((await http.get(pathTo(image))).body).toEqual(image);
  });

  it.each<[string, Fields]>([
    ['an equal request', {}],
    ['another request', { client_id: 'other' }],
  ])('answers 409 to %s while the image is in the trash', async (_, change) => {
    const fields = imageFields();
    await aTrashedImage(http, fields);

    const answer = await http.post('/images').send({ ...fields, ...change });

    expectProblem(answer, 409, 'image-in-trash');
  });

  it('makes the image anew once it is purged', async () => {
    const fields = imageFields({ annotations: [annotationFields()] });
    const image = await aTrashedImage(http, fields);
    await http.delete(`${pathTo(image)}?purge=true`).expect(204);

    expect(await anImage(http, fields)).toMatchObject({
      version: 1,
      annotations: [{ version: 1 }],
    });
  });
});

describe('GET /images/{image_key}', () => {
  it.each([
    ['with no such key', async () => unique('none')],
    ['in the trash', async () => (await aTrashedImage(http)).image_key],
  ])('answers 404 for one %s', async (_, key) => {
    expectProblem(await http.get(pathTo({ image_key: await key() })), 404, 'image-not-found');
  });

  it('answers 400 to a path that is not percent-encoded UTF-8', async () => {
    expectProblem(await http.get('/images/%ff'), 400, 'malformed-path');
  });

  it.each(['a\0b', 'a/../b', 'a\\b', ' a', 'x'.repeat(1_025)])(
    'refuses the key %j',
    async (key) => {
      expectProblem(await http.get(pathTo({ image_key: key })), 400, 'invalid-request', [
        'image_key',
      ]);
    },
  );
});

describe('PATCH /images/{image_key}', () => {
  it('changes what is named and leaves the rest', async () => {
    const user = await aUser(http);
    const image = await anImage(http, { annotations: [annotationFields()], ml_tag: 'TEST' });

    const answer = await http.patch(pathTo(image)).send({
      client_id: 'st-mary',
      created_at: '2025-01-02T03:04:05.678+01:00',
      hardware_id: 'Nikon Z 8',
      user_id: user.id,
    });

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"2.1"');
    expect(answer.body).toEqual({
      ...image,
      client_id: 'st-mary',
      created_at: '2025-01-02T02:04:05.678Z',
      hardware_id: 'Nikon Z 8',
      user_id: user.id,
      updated_at: answer.body.updated_at,
      version: 2,
    });
    expect((await http.get(pathTo(image))).body).toEqual(answer.body);
  });

  it('clears what is null', async () => {
    const user = await aUser(http);
    const location = await aLocation(http);
    const image = await anImage(http, {
      hardware_id: 'Nikon Z 8',
      ml_tag: 'TRAIN',
      location_id: location.id,
      user_id: user.id,
    });
    const cleared = { hardware_id: null, ml_tag: null, location_id: null, user_id: null };

    const answer = await http.patch(pathTo(image)).send(cleared);

    expect(answer.body).toMatchObject(cleared);
  });

  it.each(['client_id', 'created_at'])('does not clear %s', async (field) => {
    const image = await anImage(http);

    const answer = await http.patch(pathTo(image)).send({ [field]: null });

    expectProblem(answer, 400, 'invalid-request', [`#/${field}`]);
  });

  it.each(['image_key', 'annotations', 'file', 'received_at', 'updated_at', 'version'])(
    'does not take %s',
    async (field) => {
      const image = await anImage(http);

      const answer = await http.patch(pathTo(image)).send({ [field]: null });

      expectProblem(answer, 400, 'invalid-request', [
        { pointer: `#/${field}`, detail: /not known/ },
      ]);
    },
  );

  it('answers 422 for a user and a location that do not exist, and changes nothing', async () => {
    const image = await anImage(http);

    const answer = await http
      .patch(pathTo(image))
      .send({ user_id: 'nobody', location_id: 'nowhere', ml_tag: 'LIVE' });

    expectProblem(answer, 422, 'unknown-reference', ['#/user_id', '#/location_id']);
    expect((await http.get(pathTo(image))).body).toEqual(image);
  });

  it.each([[[]], ['text'], [7], [null]])('refuses the body %j', async (body) => {
    const image = await anImage(http);

    const answer = await http.patch(pathTo(image)).type('json').send(JSON.stringify(body));

    expectProblem(answer, 400, 'invalid-request', ['#']);
  });

  it.each<[string, Fields]>([
    ['names nothing', {}],
    [
      'says what is so already',
      {
        client_id: 'st-james',
        created_at: '2026-03-01T09:30:00+01:00',
        ml_tag: 'TEST',
        hardware_id: null,
        user_id: null,
      },
    ],
  ])('leaves version, time and entity tag where it %s', async (_, patch) => {
    const image = await anImage(http, { ml_tag: 'TEST', created_at: '2026-03-01T08:30:00Z' });
    const etag = await etagOf(http, pathTo(image));

    const answer = await http.patch(pathTo(image)).set('If-Match', etag).send(patch).expect(200);

    expect(answer.body).toEqual(image);
    expect(answer.headers.etag).toBe(etag);
    const stale = await http.patch(pathTo(image)).set('If-Match', '"0"').send(patch);
    expectProblem(stale, 412, 'image-changed');
  });

  it('refuses no body at all', async () => {
    expectProblem(await http.patch(pathTo(await anImage(http))), 400, 'invalid-request', ['#']);
  });
});

describe('the trash', () => {
  it('takes an image out of the way: nothing below its key is there any more', async () => {
    const annotation = await anAnnotation(http);
    const image = { image_key: annotation.image_key };

    const answer = await http.delete(pathTo(image));

    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expectProblem(await http.get(pathTo(image)), 404, 'image-not-found');
    expectProblem(await http.patch(pathTo(image)).send({}), 404, 'image-not-found');
    expectProblem(await http.delete(pathTo(image)), 404, 'image-not-found');
    expectProblem(await http.get(pathTo(image, 'annotations')), 404, 'image-not-found');
    expectProblem(await http.get(pathTo(annotation)), 404, 'image-not-found');
    expectProblem(
      await http.post(pathTo(image, 'annotations')).send(annotationFields()),
      404,
      'image-not-found',
    );
    expectProblem(
      await http.put(pathTo(annotation)).send(annotationFields()),
      404,
      'image-not-found',
    );
    expectProblem(await http.get(pathTo(image, 'file')), 404, 'image-not-found');
  });

  it('is what trash=true lists, and nothing else does', async () => {
    const client_id = unique('client');
    const used = await anImage(http, { client_id });
    const trashed = await aTrashedImage(http, { client_id });

    const { body: inUse } = await http.get(`/images?client_id=${client_id}`);
    const { body: inTrash } = await http.get(`/images?client_id=${client_id}&trash=true`);

    expect(keysOf(inUse)).toEqual([used.image_key]);
    expect(keysOf(inTrash)).toEqual([trashed.image_key]);
  });

  it('gives an image back as it was, with a new version', async () => {
    const image = await anImage(http, { annotations: [annotationFields()] });
    await http.delete(pathTo(image)).expect(204);

    const answer = await http.post(pathTo(image, 'restore'));

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...image,
      updated_at: answer.body.updated_at,
      version: answer.body.version,
    });
    expect(answer.body.version).toBeGreaterThan(image.version);
    expect(answer.headers.etag).toBe(`"${answer.body.version}.1"`);
    expect((await http.get(pathTo(image))).body).toEqual(answer.body);
  });

  it('gives back only what it has', async () => {
    const image = await anImage(http);

    expectProblem(await http.post(pathTo(image, 'restore')), 409, 'image-not-in-trash');
    expectProblem(await http.post('/images/none/restore'), 404, 'image-not-found');
  });

  it.each([
    ['in use', anImage],
    ['in the trash', aTrashedImage],
  ] as const)('is passed by: purge=true removes an image %s for good', async (_, aRecord) => {
    const image = await aRecord(http, { annotations: [annotationFields()] });

    await http.delete(`${pathTo(image)}?purge=true`).expect(204);

    expectProblem(await http.post(pathTo(image, 'restore')), 404, 'image-not-found');
    expectProblem(await http.delete(`${pathTo(image)}?purge=true`), 404, 'image-not-found');
  });

  it.each(['', 'yes', '1', 'TRUE'])('refuses purge=%s', async (purge) => {
    const image = await anImage(http);

    const answer = await http.delete(`${pathTo(image)}?purge=${purge}`);

    expectProblem(answer, 400, 'invalid-request', ['purge']);
    expect((await http.get(pathTo(image))).status).toBe(200);
  });
});

describe('the entity tag of an image', () => {
  it('moves with the record and with its annotations, which it carries', async () => {
    const image = await anImage(http);
    const path = pathTo(image);
    const tags = [await etagOf(http, path)];
    const note = async () => tags.push(await etagOf(http, path));

    await http.patch(path).send({ ml_tag: 'LIVE' }).expect(200);
    await note();
    const annotation = await anAnnotation(http, {}, image);
    await note();
    await http
      .put(pathTo(annotation))
      .send(annotationFields({ instrument: 'other' }))
      .expect(200);
    await note();
    await http.delete(pathTo(annotation)).expect(204);
    await note();
    await http.patch(path).send({ ml_tag: null }).expect(200);
    await note();

    expect(tags).toEqual(['"1.0"', '"2.0"', '"2.1"', '"2.2"', '"2.3"', '"3.3"']);
  });

  it('is stale for a write when only an annotation changed since', async () => {
    const image = await anImage(http);
    const etag = await etagOf(http, pathTo(image));
    await anAnnotation(http, {}, image);

    const answer = await http.patch(pathTo(image)).set('If-Match', etag).send({ ml_tag: 'TEST' });

    expectProblem(answer, 412, 'image-changed');
    expect(answer.body).toMatchObject({ current_etag: '"1.1"', current_version: 1 });
  });
});

function keysOf(page: unknown): string[] {
  return (page as { image_key: string }[]).map(({ image_key }) => image_key);
}
