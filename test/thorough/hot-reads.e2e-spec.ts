import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { HotSets } from '../../src/annotations/hot-sets.js';
import { Drain } from '../../src/http/drain.js';
import { type Http, startApp, startCopyOf, type TestApp } from '../helpers/app.js';
import { aKey, aRevokedKey, withKey } from '../helpers/credentials.js';
import {
  type Asked,
  askExactly,
  comparable,
  type ExactAnswer,
  valueIn,
} from '../helpers/exact-answers.js';
import { lastLinesOf } from '../helpers/lane-lines.js';
import { aBox, anImage, pathTo, unique } from '../helpers/records.js';

const OURS = 'http://localhost:5173';

const A_CLAMP = { instrument: 'clamp', polygon: aBox(2, 2, 30, 20) };

interface Key {
  image_key: string;
}

/** Ways to ask for the annotations of an image, some of which are addresses of something else. */
const ADDRESSES: ((path: string) => string)[] = [
  (path) => path,
  (path) => path.replace('image', '%69mage'),
  (path) => path.replace(/images\/(.)/, (_, letter: string) => `images/%${hex(letter)}`),
  (path) => path.replace('/annotations', '%C3%28/annotations'),
  (path) => path.replace('/annotations', '%00/annotations'),
  (path) => path.replace('/annotations', '%/annotations'),
  (path) => path.replace('/annotations', '/ANNOTATIONS'),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => `${path}?`,
  (path) => `${path}?space=normalized`,
  (path) => `${path}?unknown=1`,
  (path) => `${path}?space=pixels`,
  (path) => `${path}/0`,
];

const HEADERS: ((tag: string) => Record<string, string>)[] = [
  () => ({}),
  (tag) => ({ 'If-None-Match': tag }),
  (tag) => ({ 'If-None-Match': `"another", W/${tag}` }),
  () => ({ 'If-None-Match': '*' }),
  () => ({ 'If-None-Match': '"another"' }),
  (tag) => ({ 'If-Match': tag }),
  () => ({ 'If-Match': '"another"' }),
  () => ({ 'If-Modified-Since': new Date('2100-01-01').toUTCString() }),
  () => ({ Range: 'bytes=0-9' }),
  () => ({ Accept: '*/*' }),
  () => ({ Accept: 'application/json, text/plain, */*' }),
  () => ({ Accept: 'application/x-ndjson' }),
  () => ({ Accept: 'application/json;q=0.5, */*' }),
  () => ({ Accept: 'text/html' }),
  () => ({ Origin: OURS }),
  (tag) => ({ Origin: OURS, 'If-None-Match': tag }),
  () => ({ Origin: 'http://elsewhere.example' }),
  () => ({ 'X-Request-Id': 'chosen-by-the-client' }),
  () => ({ 'Cache-Control': 'no-cache', Cookie: 'a=b', 'X-Forwarded-For': '1.2.3.4' }),
  () => ({ 'Content-Length': '0' }),
];

describe.each<[string, Parameters<typeof startApp>[0]]>([
  ['AUTH=off', {}],
  ['AUTH=off and CORS', { corsOrigins: [OURS] }],
  ['AUTH=on', { auth: 'on', rateLimit: 'off', rateLimitFailures: 100_000 }],
  [
    'AUTH=on behind a proxy',
    {
      auth: 'on',
      rateLimit: 'off',
      rateLimitFailures: 100_000,
      trustedProxies: ['loopback'],
      corsOrigins: [OURS],
    },
  ],
])('annotations ahead of the router with %s', (_, settings) => {
  let router: TestApp;
  let lane: TestApp;
  let admin: Http;
  let senders: Record<string, string>[];
  const agent = new Agent({ keepAlive: true });
  const isAsked = settings?.auth === 'on';

  beforeAll(async () => {
    router = await startApp({ ...settings, hotLane: 'off' });
    lane = await startCopyOf(router, { ...settings, hotLane: 'on' });
    senders = isAsked ? await sendersOf(router) : [{}];
    admin = router.httpWith(senders[0]!);
  });
  afterAll(async () => {
    agent.destroy();
    await lane.close();
    await router.close();
  });

  it('are what the router answers, whoever asks, and however', async () => {
    const images = [
      await anImage(admin, { annotations: [A_CLAMP, A_CLAMP] }),
      await anImage(admin, { image_key: `theatre 2/${unique('zange-ü')}`, annotations: [] }),
      { image_key: unique('nowhere') },
    ];
    const tags = await Promise.all(images.map((image) => warm(image)));

    const before = given();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...images.keys()),
        fc.oneof(fc.constant(ADDRESSES[0]!), fc.constantFrom(...ADDRESSES)),
        fc.constantFrom(...HEADERS, ...HEADERS.slice(0, 2), ...HEADERS.slice(0, 2)),
        fc.constantFrom(...senders, ...senders.slice(0, 3)),
        fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'PROPFIND'),
        async (which, addressed, headersFor, sender, method) => {
          const path = addressed(pathTo(images[which]!, 'annotations'));
          const headers = { ...headersFor(tags[which]!), ...sender };
          await expectSame({ path, method, headers });
        },
      ),
      { numRuns: 250, seed: 20_261_126 },
    );
    expect(given() - before).toBeGreaterThan(10);
  });

  it.each<[string, (tag: string) => Record<string, string>, number]>([
    ['whole', () => ({}), 200],
    ['unchanged', (tag) => ({ 'If-None-Match': tag }), 304],
  ])('come past the router: %s', async (__, headersFor, status) => {
    const image = await anImage(admin, { annotations: [A_CLAMP] });
    const tag = await warm(image);
    const before = given();
    const path = pathTo(image, 'annotations');
    const { status: answered } = await expectSame({
      path,
      headers: { ...headersFor(tag), ...senders[0] },
    });
    expect([answered, given() - before]).toEqual([status, 1]);
  });

  it('are those of now, after each change', async () => {
    const label = unique('clamp');
    const image = await anImage(admin, { annotations: [{ instrument: label }] });
    const path = pathTo(image, 'annotations');
    const asked = { path, headers: senders[0] ?? {} };
    let tag = await warm(image);
    for (const [change, status] of [
      [() => admin.post(path).send(A_CLAMP).expect(201), 200],
      [() => admin.put(`${path}/0`).send({ instrument: label, polygon: null }).expect(200), 200],
      [
        () =>
          admin
            .patch(`/instruments/${label}`)
            .send({ name: `${label}-2` })
            .expect(200),
        200,
      ],
      [() => admin.delete(`${path}/0`).expect(204), 200],
      [() => admin.delete(pathTo(image)).expect(204), 404],
    ] as [() => Promise<unknown>, number][]) {
      await change();
      const conditional = { ...asked, headers: { ...asked.headers, 'If-None-Match': tag } };
      const answer = await expectSame(conditional);
      expect(answer.status).toBe(status);
      expect((await expectSame(asked)).status).toBe(status);
      tag = valueIn(answer.headers, 'ETag') ?? tag;
    }
  });

  it('count as requests until they are sent', async () => {
    const image = await anImage(admin, { annotations: [A_CLAMP] });
    await warm(image);
    const asked = { path: pathTo(image, 'annotations'), headers: senders[0] ?? {} };
    const gone = { ...asked, path: pathTo({ image_key: unique('nowhere') }, 'annotations') };
    const drain = lane.app.get(Drain, { strict: false });
    await Promise.all(Array.from({ length: 20 }, (__, n) => ask(lane, n % 2 ? asked : gone)));
    for (let round = 0; drain.inFlight > 0 && round < 100; round++) await sleep(10);
    expect(drain.inFlight).toBe(0);
  });

  if (isAsked)
    it('come to nobody any more whose key was revoked', async () => {
      const image = await anImage(admin, { annotations: [A_CLAMP] });
      await warm(image);
      const key = await aKey(router, { role: 'viewer' });
      const http = lane.httpWith(withKey(key));
      const path = pathTo(image, 'annotations');
      await http.get(path).expect(200);
      const before = given();
      await http.get(path).expect(200);
      expect(given() - before).toBe(1);
      await admin.delete(`/api-keys/${key.split('_')[1]!}`).expect(204);
      await http.get(path).expect(401);
    });

  function given(): number {
    return lane.app.get(HotSets, { strict: false }).given;
  }

  /** Has both answered so often that the lane knows everything. @returns the entity tag, if there is one */
  async function warm(image: Key): Promise<string> {
    const path = pathTo(image, 'annotations');
    let tag = '"none"';
    for (const origin of [{}, { Origin: OURS }] as Record<string, string>[])
      for (const service of [router, lane]) {
        const headers = { ...senders[0], ...origin };
        const answer = await ask(service, { path, headers });
        tag = valueIn(answer.headers, 'ETag') ?? tag;
        for (const sender of senders)
          await ask(service, { path, headers: { ...sender, ...origin, 'If-None-Match': tag } });
      }
    return tag;
  }

  async function expectSame(asked: Asked): Promise<ExactAnswer> {
    const [expected, answer] = [await ask(router, asked), await ask(lane, asked)];
    expect({ ...comparable(answer), asked }).toEqual({ ...comparable(expected), asked });
    return answer;
  }

  function ask(service: TestApp, asked: Asked): Promise<ExactAnswer> {
    return askExactly(service.url, asked, agent);
  }
});

describe('annotations ahead of the router', () => {
  it('count against the limit as the router counts them, once each', async () => {
    const settings = { auth: 'on' as const, rateLimit: '12' };
    const router = await startApp({ ...settings, hotLane: 'off' });
    const lane = await startCopyOf(router, settings);
    const image = await anImage(router.httpWith(withKey(await aKey(router))), {
      annotations: [A_CLAMP],
    });
    const paths = [image, { image_key: unique('nowhere') }].map((key) =>
      pathTo(key, 'annotations'),
    );
    const key = await aKey(router, { role: 'viewer' });

    const told = [];
    for (const service of [router, lane]) {
      const http = service.httpWith(withKey(key));
      const answers: unknown[] = [];
      for (let round = 0; round < 14; round++) {
        const { status, headers } = await http.get(paths[round % 2]!);
        answers.push([status, headers['ratelimit-policy'], headers['ratelimit-remaining']]);
      }
      told.push(answers);
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[1]!.slice(-3)).toEqual([
      [404, '"caller";q=12;w=60', '0'],
      [429, '"caller";q=12;w=60', '0'],
      [429, '"caller";q=12;w=60', '0'],
    ]);
    expect(lane.app.get(HotSets, { strict: false }).given).toBeGreaterThan(3);
    await lane.close();
    await router.close();
  });

  it('leave a request to the router when the service is about to end', async () => {
    const service = await startApp();
    const path = pathTo(await anImage(service.http), 'annotations');
    const hot = service.app.get(HotSets, { strict: false });
    await service.http.get(path).expect(200);
    await service.http.get(path).expect(200);
    expect(hot.given).toBe(1);
    service.app.get(Drain, { strict: false }).announce();
    const { headers } = await service.http.get(path).expect(200);
    expect(headers.connection).toBe('close');
    expect(hot.given).toBe(1);
    await service.close();
  });

  it('are logged with the line that the router logs', async () => {
    const image_key = unique('logged');
    const lines = await lastLinesOf(async ({ http }) => {
      const path = pathTo(await anImage(http, { image_key }), 'annotations');
      for (let round = 0; round < 2; round++) {
        const { headers } = await http.get(path).expect(200);
        await http.get(path).set('If-None-Match', headers.etag!).expect(304);
      }
    });
    expect(lines[0]).toHaveLength(2);
    expect(lines[0]).toEqual(lines[1]);
  });
});

function hex(letter: string): string {
  return letter.charCodeAt(0).toString(16).toUpperCase();
}

/** Headers of those who may see the images, in different ways, and of those who may not. */
async function sendersOf(service: TestApp): Promise<Record<string, string>[]> {
  const keys = [
    await aKey(service),
    await aKey(service, { role: 'viewer' }),
    await aKey(service, { role: 'annotator', clientIds: ['st-james'] }),
    await aKey(service, { role: 'viewer', clientIds: ['another'] }),
    await aKey(service, { role: 'capturer' }),
    await aRevokedKey(service),
    'nonsense',
  ];
  return [
    ...keys.map(withKey),
    {},
    { Authorization: 'Bearer nonsense' },
    { ...withKey(keys[0]!), Authorization: 'Bearer nonsense' },
  ];
}
