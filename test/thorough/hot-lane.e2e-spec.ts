import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeFeed } from '../../src/database/changes/change-feed.js';
import { Drain } from '../../src/http/drain.js';
import { HotFiles } from '../../src/images/hot-files.js';
import { type Http, startApp, startCopyOf, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import {
  type Asked,
  askExactly,
  comparable,
  type ExactAnswer,
  signedWith,
  valueIn,
} from '../helpers/exact-answers.js';
import { lastLinesOf } from '../helpers/lane-lines.js';
import { drawPicture } from '../helpers/pictures.js';
import { aBox, anImage, pathTo } from '../helpers/records.js';

const SECRET = 'a secret of more than 32 characters, for signing';
/** Later than every picture. */
const LATER = new Date('2100-01-01T00:00:00Z').toUTCString();

/** What a picture is asked for, before a signature. */
const QUERIES = [
  '',
  'scale=0.5',
  'scale=0.50',
  'width=40&format=webp',
  'format=auto&width=32',
  'region=0,0,32,24&rotate=90',
  'download=true',
  'download=true&width=16',
  'max_bytes=2000',
  'v={sha}',
  'v={sha}&scale=0.25',
  'v=00000000',
  'overlay=annotations',
  'region=annotation:0',
  'mask=0&format=png',
  'scale=nonsense',
  'unknown=1',
  'unknown=1&scale=0.5',
  'scale=%ZZ',
  'scale=0.5&scale=0.5',
];

const HEADERS: ((tag: string) => Record<string, string>)[] = [
  () => ({}),
  (tag) => ({ 'If-None-Match': tag }),
  (tag) => ({ 'If-None-Match': `W/${tag}` }),
  (tag) => ({ 'If-None-Match': `"another", ${tag}` }),
  () => ({ 'If-None-Match': '*' }),
  () => ({ 'If-None-Match': '"another"' }),
  (tag) => ({ 'If-None-Match': tag.slice(1) }),
  (tag) => ({ 'If-None-Match': '"another"', 'If-Match': tag }),
  () => ({ 'If-Modified-Since': LATER }),
  () => ({ 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
  () => ({ Range: 'bytes=0-9' }),
  () => ({ Range: 'bytes=0-1,4-5' }),
  () => ({ Range: 'bytes=99999999-' }),
  (tag) => ({ Range: 'bytes=2-9', 'If-Range': tag }),
  () => ({ Range: 'bytes=2-9', 'If-Range': '"another"' }),
  (tag) => ({ Range: 'bytes=2-9', 'If-None-Match': tag }),
  () => ({ Accept: 'image/avif,image/webp,*/*' }),
  () => ({ Accept: 'image/png' }),
  (tag) => ({ Accept: 'image/png', 'If-None-Match': tag }),
  () => ({ Authorization: 'Bearer nonsense' }),
  () => ({ 'X-API-Key': 'nonsense' }),
  () => ({ Origin: 'http://localhost:5173' }),
  () => ({ Origin: 'http://elsewhere.example' }),
  () => ({ 'X-Request-Id': 'chosen-by-the-client' }),
  () => ({ 'Cache-Control': 'no-cache', Cookie: 'a=b', 'X-Forwarded-For': '1.2.3.4' }),
  () => ({ 'Content-Length': '0' }),
];

describe.each<[string, Parameters<typeof startApp>[0]]>([
  ['AUTH=off', {}],
  ['AUTH=off and CORS', { corsOrigins: ['http://localhost:5173'] }],
  [
    'AUTH=on',
    { auth: 'on', rateLimit: 'off', rateLimitFailures: 100_000, fileUrlSecrets: [SECRET] },
  ],
  [
    'AUTH=on behind a proxy',
    {
      auth: 'on',
      rateLimit: 'off',
      rateLimitFailures: 100_000,
      fileUrlSecrets: [SECRET],
      trustedProxies: ['loopback'],
      corsOrigins: ['http://localhost:5173'],
    },
  ],
])('the hot lane with %s', (_, settings) => {
  let router: TestApp;
  let lane: TestApp;
  let admin: Http;
  let pictures: [Buffer, Buffer];
  const agent = new Agent({ keepAlive: true });
  const isSigned = settings?.auth === 'on';

  beforeAll(async () => {
    router = await startApp({ ...settings, hotLane: 'off' });
    lane = await startCopyOf(router, { ...settings, hotLane: 'on' });
    admin = await asAdmin(router);
    pictures = [
      await drawPicture({ format: 'jpeg', width: 96, height: 64, texture: true }),
      await drawPicture({ format: 'png', width: 48, height: 32 }),
    ];
  });
  afterAll(async () => {
    agent.destroy();
    await lane.close();
    await router.close();
  });

  it('answers as the router does, whatever is asked', async () => {
    const { key, sha } = await aPhotograph();
    const other = await aPhotograph();
    const plain = QUERIES.map((query) => query.replace('{sha}', sha.slice(0, 16)));
    const tags = new Map<string, string>();
    for (const query of plain) tags.set(query, await warm(at(key, query)));

    const before = found();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...plain),
        fc.oneof(fc.constantFrom(...HEADERS), {
          arbitrary: fc.constantFrom(...HEADERS.slice(0, 2)),
          weight: 2,
        }),
        fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST'),
        fc.constantFrom(...signings(key, other.key)),
        async (query, headersFor, method, sign) => {
          const headers = headersFor(tags.get(query) ?? '"none"');
          await expectSame({ path: sign(at(key, query, false)), method, headers });
        },
      ),
      { numRuns: 250, seed: 20_261_125 },
    );
    expect(found() - before).toBeGreaterThan(10);
  });

  it.each<[string, (tag: string) => Asked['headers'], number]>([
    ['whole', () => ({}), 200],
    ['unchanged', (tag) => ({ 'If-None-Match': tag }), 304],
  ])('is what answers a rendition that is in memory: %s', async (__, headersFor, status) => {
    const { key } = await aPhotograph();
    const path = at(key, 'scale=0.5');
    const tag = await warm(path);
    const before = found();
    for (let round = 1; round <= 3; round++) {
      const answer = await ask(lane, { path, headers: headersFor(tag) ?? {} });
      expect(answer.status).toBe(status);
      expect(found() - before).toBe(round);
    }
  });

  it.each<[string, Asked['headers']]>([
    ['a range', { Range: 'bytes=0-9' }],
    ['a date', { 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
    ['an origin', { Origin: 'http://localhost:5173' }],
    ['a credential', { 'X-API-Key': 'nonsense' }],
    ['a body', { 'Content-Length': '0' }],
  ])('leaves the router what has %s', async (__, headers) => {
    const { key } = await aPhotograph();
    const path = at(key, 'scale=0.5');
    await warm(path);
    const before = found();
    await expectSame({ path, headers: headers ?? {} });
    expect(found()).toBe(before);
  });

  it('leaves the router what annotations are part of', async () => {
    const { key } = await aPhotograph();
    for (const query of ['overlay=annotations', 'region=annotation:0', 'mask=0&format=png']) {
      await warm(at(key, query));
      const before = found();
      await expectSame({ path: at(key, query) });
      expect(found()).toBe(before);
    }
  });

  it('knows negotiated formats apart', async () => {
    const { key } = await aPhotograph();
    const path = at(key, 'format=auto&width=32');
    for (const Accept of ['image/webp', 'image/avif', 'image/webp'])
      await settled(lane, { path, headers: { Accept } });
    const before = found();
    for (const Accept of ['image/webp', 'image/avif']) {
      const { headers } = await expectSame({ path, headers: { Accept } });
      expect(headers).toContainEqual(['Content-Type', Accept]);
    }
    expect(found() - before).toBe(2);
  });

  const CHANGES: [string, (http: Http, key: string) => PromiseLike<unknown>, number][] = [
    ['replaced', (http, key) => put(http, key, 1), 200],
    ['removed', (http, key) => http.delete(pathTo({ image_key: key }, 'file')).expect(204), 404],
    ['trashed', (http, key) => http.delete(pathTo({ image_key: key })).expect(204), 404],
    [
      'purged',
      (http, key) => http.delete(`${pathTo({ image_key: key })}?purge=true`).expect(204),
      404,
    ],
  ];

  it.each(CHANGES)('answers nothing of a picture that was %s here', async (__, change, status) => {
    const { asked, tag } = await aKnownRendition();
    await change(await asAdmin(lane), asked.key);
    await expectOver(asked, tag, status);
  });

  it('answers nothing of what was replaced, removed, trashed or purged elsewhere a second before', async () => {
    const known = [];
    for (const [, change, status] of CHANGES)
      known.push({ ...(await aKnownRendition()), change, status });
    for (const { asked, change } of known) await change(admin, asked.key);
    await sleep(1_000);
    for (const { asked, tag, status } of known) await expectOver(asked, tag, status);
  });

  it('counts what it answers until that is sent', async () => {
    const { key } = await aPhotograph();
    const path = at(key, 'scale=0.5');
    await warm(path);
    const drain = lane.app.get(Drain, { strict: false });
    await Promise.all(Array.from({ length: 20 }, () => ask(lane, { path })));
    for (let round = 0; drain.inFlight > 0 && round < 100; round++) await sleep(10);
    expect(drain.inFlight).toBe(0);
  });

  if (isSigned) {
    it('opens an address no longer than its signature says', async () => {
      const { key } = await aPhotograph();
      const path = at(key, 'scale=0.5', false);
      await warm(signedWith(SECRET, path, key));
      const end = Math.floor(Date.now() / 1_000) + 2;
      const brief = signedWith(SECRET, path, key, 'st-james', end);
      const before = found();
      expect((await ask(lane, { path: brief })).status).toBe(200);
      expect(found() - before).toBe(1);
      await sleep(end * 1_000 - Date.now() + 10);
      expect((await ask(lane, { path: brief })).status).toBe(401);
      expect((await ask(lane, { path: signedWith(SECRET, path, key) })).status).toBe(200);
    });

    it('closes an address when its image is given to another client', async () => {
      const { key } = await aPhotograph();
      const path = at(key, 'scale=0.5');
      await warm(path);
      const http = await asAdmin(lane);
      await http
        .patch(pathTo({ image_key: key }))
        .send({ client_id: 'another' })
        .expect(200);
      expect((await expectSame({ path })).status).toBe(404);
    });
  }

  async function aKnownRendition(): Promise<{ asked: Asked & { key: string }; tag: string }> {
    const { key } = await aPhotograph();
    const path = at(key, 'scale=0.5');
    return { asked: { key, path }, tag: await warm(path) };
  }

  /** Neither is what a client has still current, nor is the old rendition sent. */
  async function expectOver(asked: Asked, tag: string, status: number): Promise<void> {
    const isKnown = { ...asked, headers: { 'If-None-Match': tag } };
    expect((await ask(lane, isKnown)).status).toBe(status);
    // Where it was not changed, it may be a second before that is known.
    for (let round = 0; (await ask(router, isKnown)).status !== status && round < 100; round++)
      await sleep(10);
    for (let round = 0; round < 4; round++) {
      const whole = await expectSame(asked);
      expect(whole.status).toBe(status);
      const conditional = await expectSame(isKnown);
      expect(conditional.status).toBe(status);
    }
  }

  function found(): number {
    return lane.app.get(HotFiles, { strict: false }).found;
  }

  function at(key: string, query: string, withSignature = isSigned): string {
    const path = `${pathTo({ image_key: key }, 'file')}${query === '' ? '' : `?${query}`}`;
    return withSignature ? signedWith(SECRET, path, key) : path;
  }

  function signings(key: string, other: string): ((path: string) => string)[] {
    if (!isSigned) return [(path) => path];
    const good = (path: string) => signedWith(SECRET, path, key);
    return [
      ...[good, good, good, good],
      (path) => path,
      (path) => signedWith(SECRET, path, other),
      (path) => signedWith(SECRET, path, key, 'another'),
      (path) => signedWith(SECRET, path, key, 'st-james', 1_700_000_000),
      (path) => good(path).replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')),
      (path) => `${good(path)}&signature=x`,
      (path) => good(path).replace('signature=', 's%69gnature='),
      (path) => `${good(path)}&s%69gnature=x`,
      (path) => good(path).replace('signature=', 'xsignature='),
      (path) => {
        const [, signature = ''] = /[?&](signature=.*)$/.exec(good(path)) ?? [];
        const [place = '', query] = path.split('?');
        return `${place}?${signature}${query === undefined ? '' : `&${query}`}`;
      },
    ];
  }

  /** Has a request answered so often by both that everything about it is known. @returns the entity tag */
  async function warm(path: string): Promise<string> {
    for (const service of [router, lane]) {
      const feed = service.app.get(ChangeFeed, { strict: false });
      for (let round = 0; !feed.isCurrent && round < 500; round++) await sleep(10);
    }
    let tag = '';
    for (const service of [router, lane]) {
      const { headers } = await settled(service, { path });
      tag = valueIn(headers, 'ETag') ?? '"none"';
      for (let round = 0; round < 2; round++)
        await ask(service, { path, headers: { 'If-None-Match': tag } });
    }
    return tag;
  }

  /** Asks until nothing is being made or kept any more, and twice from where it stays. @returns the last answer */
  async function settled(service: TestApp, asked: Asked): Promise<ExactAnswer> {
    for (let round = 0; round < 500; round++) {
      const { headers } = await ask(service, asked);
      if (!/desc=(?:made|shared|disk)/.test(valueIn(headers, 'Server-Timing') ?? '')) break;
      await sleep(5);
    }
    await ask(service, asked);
    return ask(service, asked);
  }

  async function expectSame(asked: Asked): Promise<ExactAnswer> {
    const [expected, answer] = [await ask(router, asked), await ask(lane, asked)];
    expect({ ...comparable(answer), asked }).toEqual({ ...comparable(expected), asked });
    return answer;
  }

  function ask(service: TestApp, asked: Asked): Promise<ExactAnswer> {
    return askExactly(service.url, asked, agent);
  }

  async function aPhotograph(): Promise<{ key: string; sha: string }> {
    const { image_key: key } = await anImage(admin, {
      annotations: [{ instrument: 'clamp', polygon: aBox(2, 2, 30, 20) }],
    });
    const { body } = await put(admin, key, 0);
    return { key, sha: (body as { file: { sha256: string } }).file.sha256 };
  }

  function put(http: Http, key: string, which: 0 | 1) {
    return http
      .put(pathTo({ image_key: key }, 'file'))
      .type('image/jpeg')
      .send(pictures[which]);
  }

  async function asAdmin(service: TestApp): Promise<Http> {
    return isSigned ? service.httpWith(withKey(await aKey(service))) : service.http;
  }
});

describe('the hot lane', () => {
  it('counts requests at signed addresses as the router does, and refuses one too many', async () => {
    const settings = { auth: 'on' as const, rateLimit: '4', fileUrlSecrets: [SECRET] };
    const router = await startApp({ ...settings, hotLane: 'off' });
    const lane = await startCopyOf(router, settings);
    const path = await aPictureOf({ http: router.httpWith(withKey(await aKey(router))) });
    const key = decodeURIComponent(path.split('/')[2]!);

    const [expected, answered] = await Promise.all(
      [router, lane].map(async (service) => {
        const told: unknown[] = [];
        for (let round = 0; round < 42; round++) {
          const { status, headers } = await service.http.get(signedWith(SECRET, path, key));
          told.push([status, headers['ratelimit-policy'], headers['ratelimit-remaining']]);
        }
        return told;
      }),
    );
    expect(answered).toEqual(expected);
    expect(answered!.at(-1)).toEqual([429, '"pictures";q=40;w=60', '0']);
    expect(lane.app.get(HotFiles, { strict: false }).found).toBeGreaterThan(3);
    await lane.close();
    await router.close();
  });

  it('gives way when the service is about to end', async () => {
    const service = await startApp();
    const path = await aPictureOf(service);
    const hot = service.app.get(HotFiles, { strict: false });
    // Once what is remembered is known to be current.
    for (let round = 0; hot.found === 0 && round < 100; round++) {
      await service.http.get(path).expect(200);
      await sleep(20);
    }
    expect(hot.found).toBeGreaterThan(0);
    const before = hot.found;
    service.app.get(Drain, { strict: false }).announce();
    const { headers } = await service.http.get(path).expect(200);
    expect(headers.connection).toBe('close');
    expect(hot.found).toBe(before);
    await service.close();
  });

  it('logs the line that the router logs', async () => {
    const lines = await lastLinesOf(async ({ url, http }) => {
      const path = await aPictureOf({ http });
      const agent = new Agent();
      const ask = (headers = {}) => askExactly(url, { path, headers }, agent);
      for (let round = 0; round < 5; round++) await ask();
      const tag = valueIn((await ask()).headers, 'ETag')!;
      for (let round = 0; round < 3; round++) await ask({ 'If-None-Match': tag });
      await ask();
    });
    expect(lines[0]).toHaveLength(2);
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]![0]).toContain('"route":"/images/:image_key/file"');
  });
});

/** The path of a rendition of a picture of a new image. */
async function aPictureOf({ http }: { http: Http }): Promise<string> {
  const path = pathTo(await anImage(http, { image_key: 'tray-7/front' }), 'file');
  const picture = await drawPicture({ format: 'jpeg', width: 64, height: 48 });
  await http.put(path).type('image/jpeg').send(picture).expect(201);
  return `${path}?scale=0.5`;
}
