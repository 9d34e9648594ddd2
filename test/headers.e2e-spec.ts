import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { startApp, type TestApp } from './helpers/app.js';
import { drawPicture } from './helpers/pictures.js';
import { exchange } from './helpers/raw-http.js';
import { anImage, pathTo } from './helpers/records.js';

type Headers = Record<string, string | undefined>;

/** What every answer says to browsers and caches. */
const DATA: Headers = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
  'cache-control': 'no-store',
};
const TAGGED = { ...DATA, 'cache-control': 'private, no-cache' };
const CURRENT_PICTURE = {
  ...DATA,
  'cache-control': 'public, no-cache',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'last-modified': expect.stringMatching(/ GMT$/),
  'server-timing': expect.stringMatching(/^lookup;dur=/),
  'x-image-transform': expect.stringMatching(/^(0\.5|1),0,0,(0\.5|1),0,0$/),
};
const PICTURE = {
  ...CURRENT_PICTURE,
  'accept-ranges': 'bytes',
  'content-digest': expect.stringMatching(/^sha-256=:/),
  'repr-digest': expect.stringMatching(/^sha-256=:/),
};
const SELF_ONLY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** What is not about what a browser does with the answer. */
const OTHERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'etag',
  'keep-alive',
  'link',
  'location',
  'x-request-id',
]);
const ORIGIN = 'https://app.example.org';

describe('the headers of', () => {
  let service: TestApp;
  let closed: TestApp;
  let image: string;

  beforeAll(async () => {
    service = await startApp();
    closed = await startApp({ auth: 'on', rateLimit: 'off' });
    image = pathTo(await anImage(service.http));
    await service.http
      .put(`${image}/file`)
      .type('image/png')
      .send(await drawPicture({ format: 'png', width: 8, height: 8 }))
      .expect(201);
  });
  afterAll(async () => {
    await service.close();
    await closed.close();
  });

  it.each<[string, () => PromiseLike<Response>, number, Headers]>([
    ['a record', () => service.http.get(image), 200, TAGGED],
    ['a list', () => service.http.get('/images'), 200, { ...DATA, vary: 'Accept' }],
    ['a problem', () => service.http.get('/images?limit=0'), 400, DATA],
    ['a route that is not there', () => service.http.get('/nowhere'), 404, DATA],
    ['a path that is no path', () => service.http.get('/images/%zz'), 400, DATA],
    ['an original', () => service.http.get(`${image}/file`), 200, PICTURE],
    ['a rendition', () => service.http.get(`${image}/file?scale=0.5`), 200, PICTURE],
    ['what is still current', () => unchanged(image), 304, TAGGED],
    ['a picture that is still current', () => unchanged(`${image}/file`), 304, CURRENT_PICTURE],
    ['a health check', () => service.http.get('/health/live'), 200, DATA],
    [
      'Swagger UI',
      () => service.http.get('/docs'),
      200,
      {
        ...DATA,
        'content-security-policy': `${SELF_ONLY}; style-src 'self'`,
        'cache-control': 'no-cache',
      },
    ],
    [
      'ReDoc',
      () => service.http.get('/redoc'),
      200,
      {
        ...DATA,
        'content-security-policy': `${SELF_ONLY}; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; worker-src blob:`,
        'cache-control': 'no-cache',
      },
    ],
    [
      'the OpenAPI document',
      () => service.http.get('/openapi.json'),
      200,
      { ...DATA, 'cache-control': 'no-cache' },
    ],
    [
      'a request without a credential',
      () => closed.http.get('/images'),
      401,
      { ...DATA, 'www-authenticate': 'Bearer realm="loupe"' },
    ],
    [
      'a refused API key',
      () => closed.http.get('/images').set('X-API-Key', 'guess'),
      401,
      {
        ...DATA,
        'www-authenticate': 'Bearer realm="loupe", error="invalid_token"',
        'ratelimit-policy': '"refusals";q=20;w=60',
        ratelimit: '"refusals";r=19;t=60',
        'ratelimit-limit': '20',
        'ratelimit-remaining': '19',
        'ratelimit-reset': '60',
      },
    ],
  ])('%s are these and no others', async (_what, ask, status, expected) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    const relevant = Object.entries(answer.headers as Headers).filter(
      ([name]) => !OTHERS.has(name),
    );
    expect(Object.fromEntries(relevant)).toEqual(expected);
  });

  it('what the parser refuses let nobody read anything into the answer', async () => {
    const [head = ''] = (await exchange(service.url, 'FOO / HTTP/1.1\r\n\r\n')).split('\r\n\r\n');
    const [start, ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => /^([^:]+): (.*)$/.exec(line)!.slice(1) as [string, string]),
    );
    expect(start).toBe('HTTP/1.1 400 Bad Request');
    expect(headers).toEqual({
      'Content-Type': 'application/problem+json',
      'Content-Length': expect.any(String),
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'no-referrer',
      'X-Request-Id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'Cache-Control': 'no-store',
      Connection: 'close',
    });
  });

  async function unchanged(path: string): Promise<Response> {
    const { headers } = await service.http.get(path);
    return service.http.get(path).set('If-None-Match', headers.etag!);
  }
});

describe('CORS_ORIGINS', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startApp({
      auth: 'on',
      rateLimit: '5',
      corsOrigins: [ORIGIN, 'https://other.example.org:443'],
    });
  });
  afterAll(() => service.close());

  const preflight = (origin: string, header = 'x-api-key') =>
    service.http
      .options('/users')
      .set('Origin', origin)
      .set('Access-Control-Request-Method', 'PATCH')
      .set('Access-Control-Request-Headers', header);

  it('are asked about without a credential and without counting, and told what they may send', async () => {
    for (let one = 0; one < 10; one += 1) {
      const { headers } = await preflight(ORIGIN).expect(204);
      expect(corsOf(headers)).toEqual({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'GET,HEAD,POST,PUT,PATCH,DELETE',
        'access-control-allow-headers':
          'Authorization,Content-Digest,Content-Type,Idempotency-Key,If-Match,If-Modified-Since,If-None-Match,If-Range,Range,X-API-Key',
        'access-control-expose-headers': expect.stringContaining(
          'ETag,Last-Modified,Link,Location,RateLimit',
        ),
        'access-control-max-age': '600',
      });
      expect(headers).toMatchObject({ vary: 'Origin' });
    }
    const { headers } = await service.http.get('/users').set('Origin', ORIGIN);
    expect(headers['ratelimit-remaining']).toBe('4');
  });

  it('read answers and refusals, with the headers that they need', async () => {
    for (const [path, status] of [
      ['/users', 401],
      ['/health/live', 200],
      ['/nowhere', 404],
    ] as const) {
      const { headers } = await service.http.get(path).set('Origin', ORIGIN).expect(status);
      expect(headers['access-control-allow-origin']).toBe(ORIGIN);
      const exposed = headers['access-control-expose-headers']!.split(',');
      for (const name of [
        ...['ETag', 'Link', 'Location', 'X-Total-Count', 'X-Request-Id', 'WWW-Authenticate'],
        'X-Total-Count-Kind',
        ...['Retry-After', 'RateLimit', 'RateLimit-Policy', 'RateLimit-Remaining'],
      ])
        expect(exposed).toContain(name);
    }
  });

  it('are compared as browsers write them', async () => {
    const origin = 'https://other.example.org';
    const { headers } = await service.http.get('/health/live').set('Origin', origin);
    expect(headers['access-control-allow-origin']).toBe(origin);
  });

  it.each([
    'https://evil.example.org',
    `${ORIGIN}.evil.example.org`,
    'http://app.example.org',
    `${ORIGIN}:8443`,
    `${ORIGIN}/`,
    'null',
    '*',
  ])('do not include %s, which gets no CORS answer at all', async (origin) => {
    for (const answer of [
      await service.http.get('/health/live').set('Origin', origin).expect(200),
      await preflight(origin).expect(404),
    ]) {
      expect(corsOf(answer.headers)).toEqual({});
      expect(answer.headers).toMatchObject({ vary: 'Origin' });
    }
  });
});

function corsOf(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
  );
}
