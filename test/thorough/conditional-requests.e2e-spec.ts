import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Test } from 'supertest';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';
import {
  aLocation,
  anAnnotation,
  anImage,
  annotationFields,
  aUser,
  pathTo,
} from '../helpers/records.js';

interface Resource {
  /** Word of the problem "<word>-changed". */
  name: string;
  /** Makes one, with the entity tag of {@link etag}, and gives its address. */
  make: (http: Http) => Promise<string>;
  etag: string;
  version: number;
  missing: string;
  notFound: string;
  writes: Record<string, (http: Http, path: string) => Test>;
  malformed: (http: Http, path: string) => Test;
}

const RESOURCES: Resource[] = [
  {
    name: 'user',
    make: async (http) => `/users/${(await aUser(http)).id}`,
    etag: '"1"',
    version: 1,
    missing: '/users/nobody',
    notFound: 'user-not-found',
    writes: {
      PUT: (http, path) => http.put(path).send({ first_name: 'A', last_name: 'B' }),
      PATCH: (http, path) => http.patch(path).send({ role: null }),
      DELETE: (http, path) => http.delete(path),
    },
    malformed: (http, path) => http.patch(path).send({ role: 7 }),
  },
  {
    name: 'location',
    make: async (http) => `/locations/${(await aLocation(http)).id}`,
    etag: '"1"',
    version: 1,
    missing: '/locations/nowhere',
    notFound: 'location-not-found',
    writes: {
      PUT: (http, path) => http.put(path).send({ address: 'A', town: 'B', country: 'C' }),
      PATCH: (http, path) => http.patch(path).send({ town: 'York' }),
      DELETE: (http, path) => http.delete(path),
    },
    malformed: (http, path) => http.put(path).send({ town: 7 }),
  },
  {
    name: 'image',
    make: async (http) => pathTo(await anImage(http, { annotations: [annotationFields()] })),
    etag: '"1.1"',
    version: 1,
    missing: '/images/none',
    notFound: 'image-not-found',
    writes: {
      PATCH: (http, path) => http.patch(path).send({ ml_tag: 'TEST' }),
      DELETE: (http, path) => http.delete(path),
      'DELETE (purge)': (http, path) => http.delete(`${path}?purge=true`),
    },
    malformed: (http, path) => http.patch(path).send({ ml_tag: 'other' }),
  },
  {
    name: 'annotation',
    make: async (http) => pathTo(await anAnnotation(http)),
    etag: '"1"',
    version: 1,
    missing: '/images/none/annotations/0',
    notFound: 'image-not-found',
    writes: {
      PUT: (http, path) => http.put(path).send(annotationFields()),
      DELETE: (http, path) => http.delete(path),
    },
    malformed: (http, path) => http.put(path).send({}),
  },
  {
    name: 'annotation-set',
    make: async (http) =>
      pathTo({ image_key: (await anAnnotation(http)).image_key }, 'annotations'),
    etag: '"1"',
    version: 1,
    missing: '/images/none/annotations',
    notFound: 'image-not-found',
    writes: {
      PUT: (http, path) => http.put(path).send({ annotations: [] }),
    },
    malformed: (http, path) => http.put(path).send({ annotations: 7 }),
  },
];

const WRITES = RESOURCES.flatMap((resource) =>
  Object.entries(resource.writes).map(([method, write]) => ({ ...resource, method, write })),
);
const OTHER = '"7.7"';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe.each(RESOURCES)('GET one $name', ({ make, etag, missing, notFound }) => {
  let path: string;

  beforeAll(async () => {
    path = await make(http);
  });

  it('comes with its strong entity tag, and may be kept only to ask again', async () => {
    const answer = await http.get(path);

    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ etag, 'cache-control': 'private, no-cache' });
  });

  it.each([etag, `W/${etag}`, `${OTHER}, ${etag}`, `${OTHER},${etag} , ${OTHER}`, '*'])(
    'answers 304 without a body to If-None-Match: %s',
    async (tags) => {
      const answer = await http.get(path).set('If-None-Match', tags);

      expect(answer.status).toBe(304);
      expect(answer.headers.etag).toBe(etag);
      expect(answer.text).toBe('');
    },
  );

  it.each([
    OTHER,
    `W/${OTHER}`,
    etag.replaceAll('"', ''),
    `${OTHER}, "${etag.slice(1, -1)}1"`,
    'x',
  ])('answers whole to If-None-Match: %s', async (tags) => {
    const answer = await http.get(path).set('If-None-Match', tags);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual((await http.get(path)).body);
  });

  it('is answered 404 with If-None-Match: * where there is none', async () => {
    expectProblem(await http.get(missing).set('If-None-Match', '*'), 404, notFound);
  });
});

describe.each(WRITES)('$method of one $name', (resource) => {
  const { name, version, make, etag, missing, notFound, write } = resource;

  it.each([etag, '*', `${OTHER}, ${etag}`, `${OTHER},${etag},,`])(
    'is done with If-Match: %s',
    async (tags) => {
      const answer = await write(http, await make(http)).set('If-Match', tags);

      expect([200, 204]).toContain(answer.status);
    },
  );

  it('is done without If-Match', async () => {
    const answer = await write(http, await make(http));

    expect([200, 204]).toContain(answer.status);
  });

  it.each([OTHER, `W/${etag}`, `${OTHER}, "x"`, `"${etag.slice(1, -1)}1"`, '""'])(
    'answers 412 to If-Match: %s, tells what is there now and changes nothing',
    async (tags) => {
      const path = await make(http);
      const before = await http.get(path);

      const answer = await write(http, path).set('If-Match', tags);

      expectProblem(answer, 412, `${name}-changed`);
      expect(answer.body).toMatchObject({
        current_version: version,
        changed_by: null,
        changed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect((await http.get(path)).body).toEqual(before.body);
    },
  );

  it.each([etag.slice(1, -1), etag.slice(0, -1), '"1 "', `${etag} ${OTHER}`, "'1'", 'W/1'])(
    'answers 400 to If-Match: %s, which is no entity tag',
    async (tags) => {
      const answer = await write(http, await make(http)).set('If-Match', tags);

      expectProblem(answer, 400, 'invalid-request', [{ header: 'If-Match' }]);
    },
  );

  it.each(['*', OTHER])('answers 404 to If-Match: %s where there is none', async (tags) => {
    expectProblem(await write(http, missing).set('If-Match', tags), 404, notFound);
  });
});

describe.each(RESOURCES)(
  'a malformed write of one $name',
  ({ make, missing, notFound, malformed }) => {
    it('is 404 before anything else', async () => {
      expectProblem(await malformed(http, missing).set('If-Match', OTHER), 404, notFound);
    });

    it('is 400 before a stale entity tag is 412', async () => {
      const answer = await malformed(http, await make(http)).set('If-Match', OTHER);

      expectProblem(answer, 400, 'invalid-request');
    });
  },
);

describe('REQUIRE_IF_MATCH=true', () => {
  let strict: TestApp;

  beforeAll(async () => {
    strict = await startApp({ requireIfMatch: true });
  });
  afterAll(() => strict.close());

  it.each(WRITES)('$method of one $name without If-Match is 428', async ({ make, write }) => {
    const path = await make(strict.http);
    const before = await strict.http.get(path);

    expectProblem(await write(strict.http, path), 428, 'precondition-required');
    expect((await strict.http.get(path)).body).toEqual(before.body);
  });

  it.each(WRITES)('$method of one $name is done with its entity tag', async (resource) => {
    const { make, write, etag } = resource;

    const answer = await write(strict.http, await make(strict.http)).set('If-Match', etag);

    expect([200, 204]).toContain(answer.status);
  });

  it.each(WRITES)('$method of one $name is 404 first', async ({ write, missing, notFound }) => {
    expectProblem(await write(strict.http, missing), 404, notFound);
  });

  it.each(RESOURCES)('is 428 before a write of one $name is malformed', async (resource) => {
    const answer = await resource.malformed(strict.http, await resource.make(strict.http));

    expectProblem(answer, 428, 'precondition-required');
  });

  it('leaves what makes something new alone', async () => {
    const image = await anImage(strict.http);
    await anAnnotation(strict.http, {}, image);
  });
});
