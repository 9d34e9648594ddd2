import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { startApp, type TestApp } from '../helpers/app.js';
import { aKey, aRevokedKey, prefixOf, withKey } from '../helpers/credentials.js';
import { expectProblem } from '../helpers/problems.js';
import { allPages } from '../helpers/pages.js';
import { type Fields, unique } from '../helpers/records.js';

const KEY = /^loupe_[a-z2-9]{10}_[\w-]{43}$/;
let service: TestApp;
let http: TestApp['http'];
/** Of an admin who is bound to no client. */
let admin: string;

beforeAll(async () => {
  service = await startApp({ auth: 'on' });
  http = service.http;
  admin = await aKey(service);
});
afterAll(() => service.close());

const fields = (other: Fields = {}) => ({ name: unique('tablet'), role: 'viewer', ...other });
const make = (other?: Fields, by = admin) =>
  http.post('/api-keys').set(withKey(by)).send(fields(other));
const look = (key: string) => http.get('/users').set(withKey(key));
const revoke = (prefix: string, by = admin) => http.delete(`/api-keys/${prefix}`).set(withKey(by));

describe('POST /api-keys', () => {
  it('answers the whole key this once, with its address, and no cache keeps it', async () => {
    const { name: maker } = (await http.get(`/api-keys/${prefixOf(admin)}`).set(withKey(admin)))
      .body as { name: string };
    const name = unique('tablet');
    const answer = await make({
      name,
      role: 'capturer',
      client_ids: ['st-james', 'Zoe\u0308'],
      expires_at: '2099-01-01T01:00:00+01:00',
    });

    expect(answer.status).toBe(201);
    const { key, ...rest } = answer.body;
    expect(key).toMatch(KEY);
    expect(answer.headers).toMatchObject({
      location: `/api-keys/${prefixOf(key)}`,
      'cache-control': 'no-store',
    });
    expect(rest).toEqual({
      name,
      prefix: prefixOf(key),
      role: 'capturer',
      client_ids: ['st-james', 'Zo\u00eb'],
      created_by: `api-key:${maker}`,
      created_at: expect.stringMatching(/Z$/),
      expires_at: '2099-01-01T00:00:00.000Z',
      last_used_at: null,
      revoked_at: null,
      revoked_by: null,
    });
    const read = await http.get(answer.headers.location!).set(withKey(admin));
    expect(read.body).toEqual(rest);
    expect((await look(key)).status).toBe(200);
  });

  it('keeps nothing from which the secret could be told', async () => {
    const { key } = (await make()).body as { key: string };
    const secret = key.split('_').slice(2).join('_');

    const [row] = await service.dataSource.query<[{ text: string }]>(
      `SELECT string_agg(k::text, '') || (SELECT coalesce(string_agg(a::text, ''), '') FROM audit_log a)
              || (SELECT coalesce(string_agg(i::text, ''), '') FROM idempotency_keys i) AS text FROM api_keys k`,
    );

    expect(row.text).toContain(prefixOf(key));
    expect(row.text).not.toContain(secret);
  });

  it('makes one key of a request that is repeated, and does not show it again', async () => {
    const body = fields();
    const send = () =>
      http
        .post('/api-keys')
        .set({ ...withKey(admin), 'Idempotency-Key': body.name })
        .send(body);

    const [first, repeated] = [await send(), await send()];

    expect([first.status, repeated.status]).toEqual([201, 200]);
    expect(repeated.body).toEqual({ ...first.body, key: null });
    expect(repeated.headers.location).toBe(first.headers.location);
  });

  it('gives no name twice, also after the key was revoked', async () => {
    const { body } = await make();
    expectProblem(await make({ name: body.name }), 409, 'api-key-exists');
    await revoke(body.prefix).expect(204);

    expectProblem(await make({ name: body.name }), 409, 'api-key-exists');
  });

  it('makes one key when twenty ask for the same name at once', async () => {
    const name = unique('tablet');
    const answers = await Promise.all(Array.from({ length: 20 }, () => make({ name })));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  it.each<[Fields, string]>([
    [{ name: undefined }, '#/name'],
    [{ name: '' }, '#/name'],
    [{ name: 'a\nb' }, '#/name'],
    [{ name: 'x'.repeat(256) }, '#/name'],
    [{ role: undefined }, '#/role'],
    [{ role: 'owner' }, '#/role'],
    [{ role: null }, '#/role'],
    [{ client_ids: [] }, '#/client_ids'],
    [{ client_ids: 'a' }, '#/client_ids'],
    [{ client_ids: ['a', 'a'] }, '#/client_ids'],
    [{ client_ids: ['a', 7] }, '#/client_ids'],
    [{ client_ids: ['a', ['b']] }, '#/client_ids'],
    [{ client_ids: ['a\0'] }, '#/client_ids/0'],
    [{ client_ids: Array.from({ length: 501 }, String) }, '#/client_ids'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, '#/expires_at'],
    [{ expires_at: '2099-01-01' }, '#/expires_at'],
    [{ expires_at: 4070908800 }, '#/expires_at'],
    [{ key: 'mine' }, '#/key'],
    [{ prefix: 'mine' }, '#/prefix'],
  ])('answers 400 to %j', async (wrong, pointer) => {
    expectProblem(await make(wrong), 400, 'invalid-request', [pointer]);
  });
});

describe('a key grants nothing that its maker lacks:', () => {
  let bound: string;
  beforeAll(async () => {
    bound = await aKey(service, { role: 'admin', clientIds: ['a', 'b'] });
  });

  it.each([null, undefined, ['c'], ['a', 'c'], ['A']])(
    'an admin of some clients makes none for %j',
    async (client_ids) => {
      expectProblem(await make({ client_ids }, bound), 403, 'key-exceeds-caller');
    },
  );

  it('an admin of some clients makes keys for these, admins too', async () => {
    const made = await make({ role: 'admin', client_ids: ['b'] }, bound);

    expect(made.status).toBe(201);
    expectProblem(await make({ client_ids: ['a'] }, made.body.key), 403, 'key-exceeds-caller');
  });

  it.each(['viewer', 'annotator', 'capturer'] as const)(
    'a %s makes and sees none',
    async (role) => {
      const key = await aKey(service, { role });
      const path = `/api-keys/${prefixOf(admin)}`;

      for (const answer of [
        await make({}, key),
        await http.get('/api-keys').set(withKey(key)),
        await http.get(path).set(withKey(key)),
        await revoke(prefixOf(admin), key),
        await http.get('/audit-log').set(withKey(key)),
      ])
        expectProblem(answer, 403, 'role-missing');
      expect((await look(admin)).status).toBe(200);
    },
  );
});

describe('the keys of other clients', () => {
  let bound: string;
  let inside: string;
  let outside: string[];
  beforeAll(async () => {
    bound = await aKey(service, { role: 'admin', clientIds: ['m', 'n'] });
    inside = await aKey(service, { role: 'viewer', clientIds: ['m'] });
    outside = [
      await aKey(service, { role: 'viewer', clientIds: ['m', 'z'] }),
      await aKey(service, { role: 'viewer', clientIds: ['z'] }),
      await aKey(service, { role: 'viewer' }),
    ];
  });

  it('are not in the list of an admin of some clients, nor counted', async () => {
    const answer = await http.get('/api-keys?count=exact').set(withKey(bound));

    const prefixes = (answer.body as { prefix: string }[]).map(({ prefix }) => prefix);
    expect(prefixes.sort()).toEqual([prefixOf(bound), prefixOf(inside)].sort());
    expect(answer.headers['x-total-count']).toBe('2');
  });

  it('are 404 to read and to revoke, like those that are not there', async () => {
    for (const prefix of [...outside.map(prefixOf), 'aaaaaaaaaa']) {
      const read = await http.get(`/api-keys/${prefix}`).set(withKey(bound));
      for (const answer of [read, await revoke(prefix, bound)]) {
        expectProblem(answer, 404, 'api-key-not-found');
        expect(answer.body.detail).toBe(`There is no API key "${prefix}".`);
      }
    }
    for (const key of outside) expect((await look(key)).status).toBe(200);
  });

  it('are all that an admin of some clients cannot revoke', async () => {
    expect((await revoke(prefixOf(inside), bound)).status).toBe(204);
    expectProblem(await look(inside), 401, 'credential-refused');
  });
});

describe('DELETE /api-keys/{prefix}', () => {
  it('makes the key useless at once, and keeps it in the list with who did it and when', async () => {
    const made = (await make()).body as { key: string; prefix: string };
    expect((await look(made.key)).status).toBe(200);

    expect((await revoke(made.prefix)).status).toBe(204);

    expectProblem(await look(made.key), 401, 'credential-refused');
    const { body } = await http.get(`/api-keys/${made.prefix}`).set(withKey(admin));
    expect(body).toMatchObject({
      revoked_at: expect.stringMatching(/Z$/),
      revoked_by: body.created_by,
    });
  });

  it('changes nothing when it comes again', async () => {
    const { prefix } = (await make()).body as { prefix: string };
    await revoke(prefix);
    const before = await http.get(`/api-keys/${prefix}`).set(withKey(admin));

    const other = await aKey(service);
    expect((await revoke(prefix, other)).status).toBe(204);

    const after = await http.get(`/api-keys/${prefix}`).set(withKey(admin));
    expect(after.body).toEqual(before.body);
    const log = await http.get(`/audit-log?subject=/api-keys/${prefix}`).set(withKey(admin));
    expect((log.body as { action: string }[]).map(({ action }) => action)).toEqual([
      'api-key.revoked',
      'api-key.created',
    ]);
  });

  it('lets an admin revoke the key that asks for it', async () => {
    const own = await aKey(service);

    expect((await revoke(prefixOf(own), own)).status).toBe(204);
    expectProblem(await look(own), 401, 'credential-refused');
  });
});

describe('GET /api-keys', () => {
  it('goes through all keys by name, page by page', async () => {
    const other = await startApp();
    const names = ['b', 'a', 'é', 'c', 'Z'];
    for (const name of names) await aKey(other, { name });

    const pages = await allPages(other.http, '/api-keys?limit=2');

    const found = (pages.flat() as { name: string }[]).map(({ name }) => name);
    expect(found).toEqual(['Z', 'a', 'b', 'c', 'é']);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    await other.close();
  });

  it('counts exactly or by estimate, and refuses the cursor of another list', async () => {
    const list = (query: string) => http.get(`/api-keys?${query}`).set(withKey(admin));

    for (const count of ['exact', 'estimated'])
      expect((await list(`count=${count}`)).headers['x-total-count']).toMatch(/^\d+$/);
    const foreign = Buffer.from('["instruments:name","a"]').toString('base64url');
    expectProblem(await list(`cursor=${foreign}`), 400, 'invalid-request', ['cursor']);
  });
});

describe('an API key', () => {
  const refused: [string, () => Promise<string> | string][] = [
    ['that was revoked', () => aRevokedKey(service)],
    ['that has expired', () => aKey(service, { expiresAt: new Date(Date.now() - 1) })],
    ['with another secret', async () => (await aKey(service)).slice(0, -4) + 'AAAA'],
    [
      'with the secret of another',
      async () => `${admin.slice(0, 17)}${(await aKey(service)).slice(17)}`,
    ],
    ['that nobody made', () => `loupe_aaaaaaaaaa_${'A'.repeat(43)}`],
    ['in capitals', () => admin.toUpperCase()],
    ['that is longer', () => `${admin}A`],
    ['that is cut', () => admin.slice(0, -1)],
    ['that is its prefix', () => prefixOf(admin)],
    ['with SQL in it', () => "loupe_' OR 1=1 --_x"],
    ['that is empty', () => ''],
    ['of another kind', () => 'ghp_0123456789'],
    ['that comes twice', () => `${admin}, ${admin}`],
  ];

  it.each(refused)('%s is refused, in the same words', async (_, key) => {
    const answer = await look(await key());

    expectProblem(answer, 401, 'credential-refused');
    expect(answer.body.detail).toBe('The credential is not valid here, or not any more.');
  });

  it('ends at the moment that was said, without anybody doing anything', async () => {
    const key = await aKey(service, { expiresAt: new Date(Date.now() + 1_500) });
    expect((await look(key)).status).toBe(200);

    await new Promise((resolve) => setTimeout(resolve, 1_600));

    expectProblem(await look(key), 401, 'credential-refused');
  });

  it('is not asked for where AUTH=off, and a wrong one does no harm', async () => {
    const open = await startApp({ auth: 'off' });

    expect((await open.http.get('/users').set(withKey('nonsense'))).status).toBe(200);
    await open.close();
  });
});

describe('the last use of a key', () => {
  const rowOf = async (key: string) => {
    const [row] = await service.dataSource.query<[{ last_used_at: Date | null; writes: string }]>(
      'SELECT last_used_at, xmin::text AS writes FROM api_keys WHERE prefix = $1',
      [prefixOf(key)],
    );
    return row;
  };

  async function noted(key: string) {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const row = await rowOf(key);
      if (row.last_used_at) return row;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the use was not noted within 2 s');
  }

  it('is kept to the minute, and written once a minute however often it is used', async () => {
    const key = await aKey(service);
    await look(key);
    const first = await noted(key);
    expect(first.last_used_at!.getTime() % 60_000).toBe(0);
    // As if it had been used by another copy of the service a minute from now.
    const later = new Date(first.last_used_at!.getTime() + 60_000);
    await service.dataSource.query('UPDATE api_keys SET last_used_at = $2 WHERE prefix = $1', [
      prefixOf(key),
      later,
    ]);
    const before = await rowOf(key);

    const answers: Response[] = await Promise.all(Array.from({ length: 20 }, () => look(key)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await rowOf(key)).toEqual(before);
  });

  it('does not keep a request waiting, nor does it fail one', async () => {
    const key = await aKey(service);
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT FROM api_keys WHERE prefix = $1 FOR UPDATE', [prefixOf(key)]);

    const started = Date.now();
    const answers = [await look(key), await look(key)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(Date.now() - started).toBeLessThan(service.environment.lockTimeoutMs);
    await runner.rollbackTransaction();
    await runner.release();
    await noted(key);
  });

  it('of a refused key is none', async () => {
    const key = await aRevokedKey(service);
    const wrong = `${key.slice(0, -4)}AAAA`;
    await look(key);
    await look(wrong);

    expect((await rowOf(key)).last_used_at).toBeNull();
  });
});
