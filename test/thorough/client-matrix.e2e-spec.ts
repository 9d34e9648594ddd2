import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { aKey } from '../helpers/credentials.js';
import { exampleOf } from '../../src/documentation/examples.js';
import { type Method, type OpenApi, type Operation, operationsOf } from '../helpers/openapi.js';
import { drawPicture } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { aBox, aLocation, anImage, aTrashedImage, aUser, pathTo } from '../helpers/records.js';
import { expectNoChange } from '../helpers/service-state.js';
import { statementsOf } from '../helpers/statements.js';

/**
 * What every operation has to do with clients. `image`: it is about the image in its path, which must not
 * exist for the callers of other clients. The others have tests of their own below, or nothing to hide.
 */
const ROWS: Readonly<Record<string, 'image' | 'list' | 'create' | 'admin' | 'shared' | 'public'>> =
  {
    listImages: 'list',
    listInstruments: 'list',
    createImage: 'create',
    createImages: 'create',
    getImage: 'image',
    patchImage: 'image',
    deleteImage: 'image',
    restoreImage: 'image',
    getFile: 'image',
    putFile: 'image',
    deleteFile: 'image',
    listAnnotations: 'image',
    addAnnotation: 'image',
    editAnnotations: 'image',
    replaceAnnotations: 'image',
    getAnnotation: 'image',
    replaceAnnotation: 'image',
    deleteAnnotation: 'image',
    listAnnotationVersions: 'image',
    diffAnnotationVersions: 'image',
    restoreAnnotation: 'image',
    getReview: 'image',
    setReview: 'image',
    listComments: 'image',
    createComment: 'image',
    getComment: 'image',
    patchComment: 'image',
    deleteComment: 'image',
    redirectToInformation: 'image',
    getInformation: 'image',
    getPicture: 'image',
    listManifest: 'list',
    getManifest: 'image',
    getAnnotationPage: 'image',
    getWebAnnotation: 'image',
    listUsers: 'shared',
    createUser: 'shared',
    getUser: 'shared',
    replaceUser: 'shared',
    patchUser: 'shared',
    deleteUser: 'shared',
    listLocations: 'shared',
    createLocation: 'shared',
    getLocation: 'shared',
    replaceLocation: 'shared',
    patchLocation: 'shared',
    deleteLocation: 'shared',
    createInstrument: 'shared',
    getInstrument: 'shared',
    patchInstrument: 'shared',
    deleteInstrument: 'shared',
    listAllInstrumentChanges: 'shared',
    listInstrumentChanges: 'shared',
    listApiKeys: 'admin',
    createApiKey: 'admin',
    getApiKey: 'admin',
    revokeApiKey: 'admin',
    listAuditLog: 'admin',
    listProblems: 'public',
    getProblem: 'public',
    getLiveness: 'public',
    getReadiness: 'public',
  };

const THEIRS = 'theirs/1';
const THEIR_TRASH = 'theirs/trashed';
const OURS = 'ours/1';
/** The client that the document's examples name. */
const OUR_CLIENT = 'st-james';

describe('a caller bound to a client', () => {
  let service: TestApp;
  let unbound: Http;
  let ours: Http;
  let theirs: Http;
  let document: OpenApi;
  let picture: Buffer;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimit: 'off' });
    const as = async (clientIds: string[] | null) =>
      service.httpWith({ 'X-API-Key': await aKey(service, { role: 'admin', clientIds }) });
    unbound = await as(null);
    ours = await as([OUR_CLIENT]);
    theirs = await as(['theirs']);
    document = (await service.http.get('/openapi.json')).body as OpenApi;
    picture = await drawPicture({ format: 'jpeg', width: 640, height: 480 });

    const { id: user_id } = await aUser(unbound, { id: 'ada' });
    const { id: location_id } = await aLocation(unbound, { id: 'theatre-4' });
    for (const [http, client_id, folder, instrument, count] of [
      [ours, OUR_CLIENT, 'ours', 'clamp', 1],
      [theirs, 'theirs', 'theirs', 'scalpel', 3],
    ] as const)
      for (let number = 1; number <= count; number++) {
        const image_key = `${folder}/${number}`;
        await anImage(http, {
          ...{ image_key, client_id, user_id, location_id, hardware_id: 'camera', ml_tag: 'LIVE' },
          annotations: [
            { instrument, polygon: aBox() },
            { instrument: 'tray', polygon: null },
          ],
        });
        await http.put(pathTo({ image_key }, 'file')).type('image/jpeg').send(picture).expect(201);
      }
    await aTrashedImage(theirs, { image_key: THEIR_TRASH, client_id: 'theirs' });
    await aTrashedImage(ours, { image_key: 'ours/trashed', client_id: OUR_CLIENT });
  });
  afterAll(() => service.close());

  it('meets a matrix that has a row for every operation, and no other', () => {
    const operations = [...operationsOf(document)].map(({ operation }) => operation.operationId);
    expect(operations.sort()).toEqual(Object.keys(ROWS).sort());
    const aboutImages = [...operationsOf(document)].filter(({ template }) =>
      template.includes('{image_key}'),
    );
    expect(aboutImages.map(({ operation }) => ROWS[operation.operationId])).toEqual(
      aboutImages.map(() => 'image'),
    );
  });

  describe.each(Object.keys(ROWS).filter((name) => ROWS[name] === 'image'))('%s', (name) => {
    it.each([THEIRS, THEIR_TRASH])(
      'answers the same, after the same work, for %s of another client as for a key that nobody has',
      async (key) => {
        const missing = 'x'.repeat(key.length);
        const answers: Response[] = [];
        const work = await statementsOf(async () => {
          answers.push(await expectNoChange(service, () => send(ours, name, key)));
        });
        const workForNothing = await statementsOf(async () => {
          answers.push(await expectNoChange(service, () => send(ours, name, missing)));
        });

        const [hidden, absent] = answers as [Response, Response];
        expect(hidden.status).toBe(404);
        expect(seen(hidden, key)).toEqual(seen(absent, missing));
        expect(work.map(({ sql }) => sql).filter(isOfRequest)).toEqual(
          workForNothing.map(({ sql }) => sql).filter(isOfRequest),
        );
      },
    );
  });

  it('reads and changes what belongs to its client', async () => {
    await ours.get(pathTo({ image_key: OURS })).expect(200);
    await ours.get(pathTo({ image_key: OURS }, 'annotations')).expect(200);
    await ours.get(pathTo({ image_key: OURS }, 'file')).expect(200);
    await ours
      .patch(pathTo({ image_key: OURS }))
      .send({ ml_tag: 'TEST' })
      .expect(200);
  });

  describe('GET /images', () => {
    it.each([
      '',
      'user_id=ada',
      'location_id=theatre-4',
      'client_id=st-james&client_id=theirs',
      'hardware_id=camera',
      'ml_tag=LIVE&ml_tag=TEST',
      'instrument=tray',
      'created_from=2020-01-01T00:00:00Z&created_to=2030-01-01T00:00:00Z',
      'has_file=true',
      'annotated=true',
      'q=our',
      'min_annotations=0&max_annotations=9',
      'instrument_all=tray',
      'overlaps=0,0,9999,9999',
      'not_instrument=scalpel',
      'review_state=annotated&reviewed=false',
      'updated_since=2020-01-01T00:00:00Z',
      'sort=updated_at',
      'sort=image_key',
      'sort=received_at',
    ])('lists and counts only its own with ?%s', async (query) => {
      const answer = await ours.get(`/images?count=exact&${query}`).expect(200);
      expect(answer.body.map((image: { image_key: string }) => image.image_key)).toEqual([OURS]);
      expect(answer.headers['x-total-count']).toBe('1');
      expect(answer.headers.link).toBeUndefined();
    });

    it.each(['client_id=theirs', 'instrument=scalpel', 'q=theirs', 'trash=true&q=theirs'])(
      'finds nothing of others with ?%s',
      async (query) => {
        const answer = await ours.get(`/images?count=exact&${query}`).expect(200);
        expect(answer.body).toEqual([]);
        expect(answer.headers['x-total-count']).toBe('0');
      },
    );

    it('is told only its own deleted images', async () => {
      const query = 'updated_since=2020-01-01T00:00:00Z&include_deleted=true&sort=image_key';
      const { body } = await ours.get(`/images?${query}`).expect(200);
      expect(body.map((image: { image_key: string }) => image.image_key)).toEqual(
        [OURS, 'ours/trashed'].sort(),
      );
    });

    it('finds only its own trash', async () => {
      const { body } = await ours.get('/images?trash=true').expect(200);
      expect(body.map((image: { image_key: string }) => image.image_key)).toEqual(['ours/trashed']);
    });

    it('goes on only to its own with a cursor of another caller', async () => {
      const { headers } = await unbound.get('/images?limit=1&sort=image_key').expect(200);
      const [, next = ''] = /<([^>]+)>/.exec(String(headers.link)) ?? [];
      const { body } = await ours.get(next.replace('limit=1', 'limit=500')).expect(200);
      for (const image of body) expect(image.client_id).toBe(OUR_CLIENT);
    });

    it('estimates from its own rows', async () => {
      await service.dataSource.query('ANALYZE images');
      const { headers } = await ours.get('/images?count=estimated').expect(200);
      expect(Number(headers['x-total-count'])).toBeLessThanOrEqual(2);
    });
  });

  it('sees labels with the counts of its own images only', async () => {
    const { body, headers } = await ours.get('/instruments?count=exact').expect(200);
    expect(body).toEqual([
      { name: 'clamp', annotation_count: 1, image_count: 1 },
      { name: 'tray', annotation_count: 1, image_count: 1 },
    ]);
    expect(headers['x-total-count']).toBe('2');
    await unbound.post('/instruments').send({ name: 'unused' }).expect(201);
    const { body: all } = await ours.get('/instruments?unused=true').expect(200);
    expect(all.map(({ name }: { name: string }) => name)).toEqual(['clamp', 'tray', 'unused']);
    const others = await ours.get('/instruments?unused=true&client_id=theirs').expect(200);
    expect(others.body.map(({ name }: { name: string }) => name)).toEqual([
      'clamp',
      'tray',
      'unused',
    ]);
  });

  it('knows no label that only images of others carry, and changes none', async () => {
    await unbound.get('/instruments/scalpel').expect(200);
    expectProblem(await ours.get('/instruments/scalpel'), 404, 'instrument-not-found');
    await ours.get('/instruments/tray').expect(200);
    for (const [method, path] of [
      ['patch', '/instruments/tray'],
      ['delete', '/instruments/tray'],
      ['get', '/instruments/tray/history'],
      ['get', '/instrument-changes'],
    ] as const) {
      const answer = await expectNoChange(service, () => ours[method](path).send({}));
      expectProblem(answer, 403, 'client-bound');
    }
  });

  describe('naming another client', () => {
    it.each(['theirs', 'nobody'])('creates no image of %s: 403', async (client_id) => {
      const body = { client_id, created_at: '2026-03-01T08:30:00Z' };
      const answer = await expectNoChange(service, () => ours.post('/images').send(body));
      expectProblem(answer, 403, 'client-forbidden');
    });

    it('uploads no photograph, either', async () => {
      const answer = await expectNoChange(service, () =>
        ours
          .post('/images')
          .attach('file', picture, 'tray.jpg')
          .field(
            'metadata',
            JSON.stringify({ client_id: 'theirs', created_at: '2026-03-01T08:30:00Z' }),
          ),
      );
      expectProblem(answer, 403, 'client-forbidden');
    });

    it.each([OURS, THEIRS, 'nowhere'])('moves no image to it: 403 for %s', async (image_key) => {
      const answer = await expectNoChange(service, () =>
        ours.patch(pathTo({ image_key })).send({ client_id: 'theirs' }),
      );
      expectProblem(answer, 403, 'client-forbidden');
    });
  });

  it.each([THEIRS, THEIR_TRASH])(
    'learns of a key that another client holds (%s) no more than that: a bare 409',
    async (image_key) => {
      const body = { image_key, client_id: OUR_CLIENT, created_at: '2026-03-01T08:30:00Z' };
      const answer = await expectNoChange(service, () => ours.post('/images').send(body));
      expectProblem(answer, 409, 'image-exists');
      expect(Object.keys(answer.body).sort()).toEqual(
        ['detail', 'instance', 'status', 'title', 'type'].sort(),
      );
    },
  );

  it('does not hold an Idempotency-Key that another caller took', async () => {
    const key = { 'Idempotency-Key': 'the-same' };
    await theirs
      .post('/users')
      .set(key)
      .send({ id: 'a', first_name: 'A', last_name: 'B' })
      .expect(201);
    await ours
      .post('/users')
      .set(key)
      .send({ id: 'b', first_name: 'B', last_name: 'C' })
      .expect(201);
  });

  it.each(['put', 'patch', 'delete'] as const)(
    'may not %s users and locations, which all clients share: 403',
    async (method) => {
      for (const path of ['/users/ada', '/locations/theatre-4']) {
        const answer = await expectNoChange(service, () => ours[method](path).send({}));
        expectProblem(answer, 403, 'client-bound');
      }
    },
  );

  it('reads the audit log of its own images only', async () => {
    const { body } = await ours.get('/audit-log?limit=500').expect(200);
    expect(body.length).toBeGreaterThan(3);
    for (const entry of body) expect(entry.client_id).toBe(OUR_CLIENT);
    expect((await ours.get('/audit-log?client_id=theirs').expect(200)).body).toEqual([]);
  });

  // The last test: it changes and removes everything that it can.
  it('puts no statement on images or annotations that could find those of other clients', async () => {
    const searched: string[] = [];
    const operations = [...operationsOf(document)];
    const removals = operations.filter(({ method }) => method === 'delete');
    const others = operations.filter((operation) => !removals.includes(operation));
    for (const { operation, method, template } of [...others, ...removals.reverse()]) {
      const path = template
        .replace('{image_key}', encodeURIComponent(OURS))
        .replace('{annotation_index}', '0')
        .replaceAll(/\{[a-z_]+\}/g, 'ada');
      const statements = await statementsOf(() => withBody(ours, method, path, operation));
      searched.push(...statements.map(({ sql }) => sql).filter(concernsImages));
    }
    expect(searched.length).toBeGreaterThanOrEqual(40);
    expect(searched.filter((sql) => !isScoped(sql))).toEqual([]);
  });

  async function send(http: Http, operationId: string, key: string): Promise<Response> {
    const { method, template, operation } = operationNamed(operationId);
    const path = template
      .replace('{image_key}', encodeURIComponent(key))
      .replace('{annotation_index}', '0');
    return withBody(http, method, path, operation);
  }

  function withBody(http: Http, method: Method, path: string, { requestBody }: Operation) {
    const [type] = Object.keys(requestBody?.content ?? {});
    if (type === undefined) return http[method](path);
    if (!type.endsWith('json')) return http[method](path).type('image/jpeg').send(picture);
    const { example, schema } = requestBody!.content[type]!;
    return http[method](path).send(
      (example ?? exampleOf(schema, document.components.schemas)) as object,
    );
  }

  function operationNamed(operationId: string) {
    return [...operationsOf(document)].find(
      ({ operation }) => operation.operationId === operationId,
    )!;
  }
});

function concernsImages(sql: string): boolean {
  return /\b(images|annotations)\b/.test(sql) && !/^(INSERT INTO "?audit_log|SAVEPOINT)/.test(sql);
}

/**
 * Whether a statement looks only at what the caller sees: by the one condition of `visibleImages`, or by the
 * number of a row, which the service knows only from a statement with that condition.
 */
function isScoped(sql: string): boolean {
  const byCondition = /client_id"? = ANY\(\$\d+::text\[\]\)/.test(sql);
  const byRow =
    /\bWHERE\s+\(?"?(annotations\.)?(id|image_id)"? (= \$\d+|= ANY\(\$\d+::bigint\[\]\)|IN \(\$\d+\))/;
  const isInsert = /^\s*(WITH content AS .*)?INSERT INTO "?(images|annotations)"?/s;
  return byCondition || byRow.test(sql) || isInsert.test(sql);
}

/** What tells a client one answer from another: all but the id of the request, the date and the key itself. */
function seen({ status, headers, text }: Response, key: string): unknown {
  const { 'x-request-id': id = '', ...others } = headers as Record<string, string>;
  return { status, headers: { ...others, date: '' }, text: text.replace(id, '').replace(key, '') };
}

/** When a key was used last is noted at most once a minute, with whatever it is used for then. */
function isOfRequest(sql: string): boolean {
  return !sql.startsWith('UPDATE "api_keys" SET "last_used_at"');
}
