import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';

describe('RATE_LIMIT', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startApp({ rateLimit: '3', trustedProxies: ['loopback'] });
  });
  afterAll(() => service.close());

  /** As a proxy passes it on, which writes the address behind what the client wrote. */
  const from = (address: string, path = '/users') =>
    service.http.get(path).set('X-Forwarded-For', address);

  it('tells what is left in both spellings, and answers 429 with Retry-After when nothing is', async () => {
    for (const remaining of [2, 1, 0]) {
      const { status, headers } = await from('192.0.2.1');
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'ratelimit-policy': '"address";q=3;w=60',
        ratelimit: expect.stringMatching(`^"address";r=${remaining};t=(60|5\\d)$`),
        'ratelimit-limit': '3',
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': expect.stringMatching(/^(60|5\d)$/),
      });
    }
    const refused = await from('192.0.2.1');
    expectProblem(refused, 429, 'rate-limited');
    expect(refused.headers['retry-after']).toBe(refused.headers['ratelimit-reset']);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
  });

  it('counts every address by itself, and IPv6 by its first 64 bits', async () => {
    for (const last of ['1', '2', 'a:b:c:d']) await from(`2001:db8::${last}`).expect(200);
    await from('2001:db8::5').expect(429);
    await from('2001:db8:0:1::5').expect(200);
  });

  it('believes no address that the client wrote itself', async () => {
    for (const claimed of ['1', '2', '3'])
      await from(`198.51.100.${claimed}, 192.0.2.2`).expect(200);
    await from('198.51.100.4, 192.0.2.2').expect(429);
    await from('198.51.100.4').expect(200);
  });

  it('counts refusals too, and neither health checks nor preflights nor API pages', async () => {
    const visitor = '192.0.2.3';
    for (const path of ['/users/nobody', '/users?limit=0', '/problems'])
      expect((await from(visitor, path)).headers['ratelimit-limit']).toBe('3');
    await from(visitor).expect(429);
    for (const path of ['/health/live', '/health/ready', '/docs', '/openapi.json']) {
      const { status, headers } = await from(visitor, path);
      expect({ path, status, limit: headers['ratelimit-limit'] }).toEqual({ path, status: 200 });
    }
  });
});

describe('X-Forwarded-For', () => {
  it('is nothing without TRUSTED_PROXIES', async () => {
    const service = await startApp({ rateLimit: '1' });
    try {
      const from = (address: string) => service.http.get('/users').set('X-Forwarded-For', address);
      await from('192.0.2.1').expect(200);
      await from('192.0.2.2').expect(429);
    } finally {
      await service.close();
    }
  });
});

describe('RATE_LIMIT_FAILURES', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimitFailures: 3, trustedProxies: ['loopback'] });
  });
  afterAll(() => service.close());

  it('answers 429 to further credentials of the address, and 401 to nobody else less', async () => {
    const guess = (key: string, address: string) =>
      service.http.get('/users').set('X-API-Key', key).set('X-Forwarded-For', address);
    for (const key of ['1', '2', '3'])
      expectProblem(await guess(key, '192.0.2.1'), 401, 'credential-refused');
    const refused = await guess('4', '192.0.2.1');
    expectProblem(refused, 429, 'rate-limited');
    expect(refused.headers).toMatchObject({
      'ratelimit-policy': '"refusals";q=3;w=60',
      'retry-after': expect.stringMatching(/^(60|5\d)$/),
    });
    const bearer = service.http.get('/users').set('Authorization', 'Bearer x');
    expectProblem(await bearer.set('X-Forwarded-For', '192.0.2.1'), 429, 'rate-limited');
    expectProblem(await guess('4', '192.0.2.2'), 401, 'credential-refused');
  });

  it('does not read the body of what it refuses', async () => {
    const answer = await service.http
      .post('/users')
      .set('X-API-Key', 'x')
      .set('X-Forwarded-For', '192.0.2.1')
      .type('json')
      .send('{ no json');
    expectProblem(answer, 429, 'rate-limited');
  });

  it('concerns nobody who sends no credential', async () => {
    const answer = await service.http.get('/users').set('X-Forwarded-For', '192.0.2.1');
    expectProblem(answer, 401, 'credential-required');
  });
});

describe('TRUSTED_PROXIES', () => {
  it('says whose X-Request-Id is taken over, if it is well-formed', async () => {
    const behindProxy = await startApp({ trustedProxies: ['127.0.0.0/8'] });
    const open = await startApp({ trustedProxies: ['192.0.2.1'] });
    try {
      const idOf = async ({ http }: TestApp, given: string) =>
        (await http.get('/health/live').set('X-Request-Id', given)).headers['x-request-id'];
      expect(await idOf(behindProxy, 'Root=1-67891233:a/b+c@d.e')).toBe(
        'Root=1-67891233:a/b+c@d.e',
      );
      for (const malformed of ['a b', 'a"b', '<a>', 'a'.repeat(129), 'ä'])
        expect(await idOf(behindProxy, malformed)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idOf(open, 'mine')).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      await behindProxy.close();
      await open.close();
    }
  });
});
