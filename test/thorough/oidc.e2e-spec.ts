import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JWTPayload } from 'jose';
import type { Environment } from '../../src/config/environment.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { withToken } from '../helpers/credentials.js';
import { anIssuer, inSeconds, type Issuer } from '../helpers/issuer.js';
import { expectProblem } from '../helpers/problems.js';
import { aProvider, type Provider } from '../helpers/provider.js';
import { imageFields, unique, userFields } from '../helpers/records.js';

const MINUTE_MS = 60_000;
let issuer: Issuer;
let service: TestApp;
let passedMs = 0;

beforeAll(async () => {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const get = (token: string, path = '/users') => service.http.get(path).set(withToken(token));

async function withIssuer(settings: Partial<Environment> = {}): Promise<void> {
  issuer = await anIssuer();
  service = await startApp({ ...issuer.settings, ...settings });
}

async function closeBoth(): Promise<void> {
  await service.close();
  await issuer.close();
}

describe('a token', () => {
  beforeAll(() => withIssuer());
  afterAll(closeBoth);

  it('lets its bearer in, who is named by its subject', async () => {
    const answer = await service.http
      .post('/api-keys')
      .set(withToken(await issuer.token({ sub: 'grace' })))
      .send({ name: unique('key'), role: 'viewer' });

    expect(answer.status).toBe(201);
    expect(answer.body.created_by).toBe('oidc:grace');
  });

  it('is taken within the leeway of a minute, on both sides', async () => {
    const [old, young] = [{ exp: inSeconds(-50) }, { nbf: inSeconds(50), iat: inSeconds(50) }];

    expect((await get(await issuer.token(old))).status).toBe(200);
    expect((await get(await issuer.token(young))).status).toBe(200);
  });

  it('may be made for several audiences', async () => {
    const aud = ['https://other.example.org', service.environment.oidcAudience!];

    expect((await get(await issuer.token({ aud }))).status).toBe(200);
  });

  it('is refused whatever is wrong with it, in the same words, and the issuer is not asked again', async () => {
    await get(await issuer.token()).expect(200);
    const asked = { ...issuer.asked };

    for (const [what, token] of Object.entries(await issuer.badTokens())) {
      const answer = await get(token);
      expect({ what, status: answer.status }).toEqual({ what, status: 401 });
      expectProblem(answer, 401, 'credential-refused');
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer realm="loupe", error="invalid_token"',
      );
      expect(answer.body.detail).toBe('The credential is not valid here, or not any more.');
    }
    expect(issuer.asked).toEqual(asked);
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer ä'])(
    'is refused as "%s"',
    async (authorization) => {
      const header = Buffer.from(authorization).toString('latin1');
      const answer = await service.http.get('/users').set('Authorization', header);

      expectProblem(answer, 401, 'credential-refused');
    },
  );

  it('beside a key is one credential too many', async () => {
    const answer = await get(await issuer.token()).set('X-API-Key', 'loupe_a_b');

    expectProblem(answer, 400, 'invalid-request', [{ header: 'Authorization' }]);
  });
});

describe('the roles of a token', () => {
  const roles = (claims: JWTPayload) => issuer.token({ roles: undefined, ...claims });
  const write = async (token: string) =>
    (await service.http.post('/users').set(withToken(token)).send(userFields())).status;

  describe('under their own names', () => {
    beforeAll(() => withIssuer({ oidcRoleClaim: 'realm_access.roles' }));
    afterAll(closeBoth);

    it('are found where the setting says, and the highest counts', async () => {
      const token = await roles({ realm_access: { roles: ['viewer', 'other', 'admin'] } });

      expect(await write(token)).toBe(201);
    });

    it('may be a text with spaces, or a claim whose name has the dots', async () => {
      const text = await roles({ realm_access: { roles: 'openid admin' } });
      const dotted = await roles({ 'realm_access.roles': ['admin'] });

      expect([await write(text), await write(dotted)]).toEqual([201, 201]);
    });

    it('grant no more than they say', async () => {
      const token = await roles({ realm_access: { roles: ['capturer'] } });

      expectProblem(
        await service.http.post('/users').set(withToken(token)).send(userFields()),
        403,
        'role-missing',
      );
      expect((await get(token)).status).toBe(200);
    });

    it.each<[string, JWTPayload]>([
      ['none', {}],
      ['unknown ones', { realm_access: { roles: ['Admin', 'admins', ''] } }],
      ['what is no list of texts', { realm_access: { roles: [1, null, ['admin'], { admin: 1 }] } }],
      ['an object', { realm_access: { roles: { admin: true } } }],
      ['a list where the setting wants an object', { realm_access: ['admin'] }],
    ])('let their bearer do nothing when they are %s', async (_, claims) => {
      expectProblem(await get(await roles(claims)), 403, 'role-missing');
    });
  });

  describe('under the names of the issuer', () => {
    beforeAll(() => withIssuer({ oidcRoleNames: ['photographers=capturer', 'it=admin'] }));
    afterAll(closeBoth);

    it('are translated, and ours mean nothing', async () => {
      expect(await write(await roles({ roles: ['photographers', 'it'] }))).toBe(201);
      expect(await write(await roles({ roles: ['photographers'] }))).toBe(403);
      expectProblem(await get(await roles({ roles: ['admin'] })), 403, 'role-missing');
    });
  });
});

describe('the clients of a token', () => {
  beforeAll(() => withIssuer({ oidcClientsClaim: 'https://loupe/clients' }));
  afterAll(closeBoth);

  /** What a key that its bearer makes for these clients is answered. */
  const bound = async (clients: unknown, wanted: string[] | null) => {
    const token = await issuer.token({ 'https://loupe/clients': clients });
    const body = { name: unique('key'), role: 'viewer', client_ids: wanted };
    return (await service.http.post('/api-keys').set(withToken(token)).send(body)).status;
  };

  it('are a list or a text, and "*" means all', async () => {
    expect(await bound(['a', 'b'], ['b'])).toBe(201);
    expect(await bound('st james', ['st james'])).toBe(201);
    expect(await bound('*', null)).toBe(201);
    expect(await bound(['a', '*'], null)).toBe(201);
  });

  it('are compared in Unicode NFC, as the ids of records are', async () => {
    expect(await bound(['Zoe\u0308'], ['Zo\u00eb'])).toBe(201);
  });

  it.each([undefined, [], ['b'], null, 7, { a: true }, [['a']], ['a\0']])(
    'are no others than those: %j',
    async (clients) => {
      expect(await bound(clients, ['a'])).toBe(403);
      expect(await bound(clients, null)).toBe(403);
    },
  );

  it('are not asked for where no claim is set', async () => {
    const other = await startApp({ ...issuer.settings, oidcClientsClaim: undefined });
    const token = await issuer.token({ clients: undefined });
    const body = { name: unique('key'), role: 'viewer' };

    expect((await other.http.post('/api-keys').set(withToken(token)).send(body)).status).toBe(201);
    await other.close();
  });
});

describe('the issuer', () => {
  beforeAll(() => withIssuer());
  afterAll(closeBoth);
  beforeEach(() => {
    // Long enough for the service to forget what it knows of the issuer.
    passedMs += 120 * MINUTE_MS;
    issuer.misbehave(undefined);
    Object.assign(issuer.asked, { discovery: 0, keys: 0 });
  });

  it('is asked once, when the first token comes, however many come at once', async () => {
    const token = await issuer.token();
    expect(issuer.asked).toEqual({ discovery: 0, keys: 0 });

    const answers = await Promise.all(Array.from({ length: 10 }, () => get(token)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(issuer.asked).toEqual({ discovery: 1, keys: 1 });
  });

  it('is asked for a key that is not known at most every 30 s', async () => {
    await get(await issuer.token());
    await issuer.rotate();
    const rotated = await issuer.token();

    expectProblem(await get(rotated), 401, 'credential-refused');
    passedMs += 20_000;
    expectProblem(await get(rotated), 401, 'credential-refused');
    expect(issuer.asked.keys).toBe(1);
    passedMs += 10_100;
    const answers = await Promise.all([get(rotated), get(rotated), get(rotated)]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(issuer.asked.keys).toBe(2);
  });

  it('may be away for a while when its keys are known, not longer than an hour', async () => {
    const token = await issuer.token();
    await get(token).expect(200);
    issuer.misbehave({ status: 500, body: '' });

    passedMs += 59 * MINUTE_MS;
    expect((await get(token)).status).toBe(200);
    passedMs += 2 * MINUTE_MS;
    expectProblem(await get(token), 503, 'issuer-unavailable');
  });

  it('is asked for its keys again after ten minutes, so that a withdrawn one is refused', async () => {
    const token = await issuer.token();
    await get(token).expect(200);
    await issuer.withdraw();
    passedMs += 10 * MINUTE_MS;

    await get(token);
    await until(() => issuer.asked.keys === 2);

    expectProblem(await get(token), 401, 'credential-refused');
  });

  it.each<[string, { status: number; body: string } | 'hang']>([
    ['does not answer', 'hang'],
    ['answers 500', { status: 500, body: 'no' }],
    ['answers what is no JSON', { status: 200, body: '<html>' }],
    ['answers null', { status: 200, body: 'null' }],
    [
      'says it is another',
      { status: 200, body: '{"issuer":"https://x","jwks_uri":"https://x/k"}' },
    ],
    ['answers without end', { status: 200, body: `["${'x'.repeat(600_000)}"]` }],
    ['sends us elsewhere', { status: 302, body: '' }],
  ])(
    'that %s makes a token 503, and is asked again when the client tries again',
    async (_, answer) => {
      const token = await issuer.token();
      issuer.misbehave(answer);

      const started = Date.now();
      const refused = await get(token);
      expectProblem(refused, 503, 'issuer-unavailable');
      expect(Date.now() - started).toBeLessThan(5_000);
      const retryAfter = Number(refused.headers['retry-after']);
      expect(retryAfter).toBeGreaterThan(0);

      issuer.misbehave(undefined);
      passedMs += retryAfter * 1_000;
      expect((await get(token)).status).toBe(200);
    },
  );

  it('does not keep keys from working while it is away', async () => {
    issuer.misbehave('hang');

    expect((await service.http.get('/health/ready')).status).toBe(200);
    expectProblem(
      await service.http.get('/users').set('X-API-Key', 'loupe_a_b'),
      401,
      'credential-refused',
    );
  });
});

describe('with a real OpenID Connect provider', () => {
  let provider: Provider;

  beforeAll(async () => {
    provider = await aProvider();
    service = await startApp(provider.settings);
  });
  afterAll(async () => {
    await service.close();
    await provider.close();
  });

  it('takes the access tokens that it issues to a client, with roles and clients', async () => {
    const token = await provider.accessToken({ role: 'capturer', clients: ['st-james'] });
    const create = (client_id: string) =>
      service.http.post('/images').set(withToken(token)).send(imageFields({ client_id }));

    expect((await create('st-james')).status).toBe(201);
    expectProblem(await get(token, '/api-keys'), 403, 'role-missing');
  });

  it('goes on when the provider has taken new keys', async () => {
    const before = await provider.accessToken({ role: 'viewer', clients: '*' });
    expect((await get(before)).status).toBe(200);
    await provider.rotate();
    passedMs += 31_000;

    const after = await provider.accessToken({ role: 'viewer', clients: '*' });

    expect((await get(after)).status).toBe(200);
    expectProblem(await get(before), 401, 'credential-refused');
  });

  it('refuses a token for another audience of the same provider', async () => {
    const token = await provider.accessToken({
      role: 'admin',
      clients: '*',
      resource: 'https://other.example.org',
    });

    expectProblem(await get(token), 401, 'credential-refused');
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('It did not happen within 5 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
