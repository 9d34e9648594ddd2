import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { aKey, prefixOf, withKey } from './helpers/credentials.js';
import { allPages } from './helpers/pages.js';
import { expectProblem } from './helpers/problems.js';
import { type Fields, unique } from './helpers/records.js';

interface Entry {
  at: string;
  actor: string | null;
  action: string;
  subject: string;
  client_id: string | null;
  request_id: string | null;
}

let service: TestApp;
let admin: string;
let adminName: string;
let sinceThen: string;

beforeAll(async () => {
  service = await startApp({ auth: 'on' });
  adminName = unique('admin');
  admin = await aKey(service, { name: adminName });
  sinceThen = new Date().toISOString();
});
afterAll(() => service.close());

const post = (fields: Fields = {}) =>
  service.http
    .post('/api-keys')
    .set(withKey(admin))
    .send({ name: unique('key'), role: 'viewer', ...fields });
const list = (query: string, key = admin) =>
  service.http.get(`/audit-log?${query}`).set(withKey(key));
const entries = async (query: string, key?: string) =>
  (await list(query, key).expect(200)).body as Entry[];

/** A key that was made and revoked, by its prefix, with what the log says of it. */
async function aLife(fields?: Fields): Promise<{ prefix: string; subject: string }> {
  const { prefix } = (await post(fields)).body as { prefix: string };
  await service.http.delete(`/api-keys/${prefix}`).set(withKey(admin)).expect(204);
  return { prefix, subject: `/api-keys/${prefix}` };
}

describe('GET /audit-log', () => {
  it('tells who did what to which and when, and in which request, newest first', async () => {
    const made = await post({ client_ids: ['st-james'] });
    const subject = `/api-keys/${String(made.body.prefix)}`;
    const revoked = await service.http.delete(subject).set(withKey(admin));

    expect(await entries(`subject=${subject}`)).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
        actor: `api-key:${adminName}`,
        action: 'api-key.revoked',
        subject,
        client_id: 'st-james',
        request_id: revoked.headers['x-request-id'],
      },
      {
        at: expect.stringMatching(/Z$/),
        actor: `api-key:${adminName}`,
        action: 'api-key.created',
        subject,
        client_id: 'st-james',
        request_id: made.headers['x-request-id'],
      },
    ]);
  });

  it('says nothing of what was refused', async () => {
    const { name } = (await post()).body as { name: string };
    const before = await entries('limit=1');

    expect((await post({ name })).status).toBe(409);

    expect(await entries('limit=1')).toEqual(before);
  });

  it('filters by each of its fields, any of several values, all of several fields', async () => {
    const [one, other] = [await aLife({ client_ids: ['f'] }), await aLife()];
    const subjects = `subject=${one.subject}&subject=${other.subject}`;
    const count = async (query: string) => (await entries(`${subjects}&${query}`)).length;
    const [{ request_id: id }] = (await entries(`subject=${one.subject}`)) as [Entry];

    expect(await count('')).toBe(4);
    expect(await count('action=api-key.created')).toBe(2);
    expect(await count('action=api-key.created&action=api-key.revoked')).toBe(4);
    expect(await count('client_id=f')).toBe(2);
    expect(await count('client_id=g')).toBe(0);
    expect(await count(`actor=api-key:${adminName}`)).toBe(4);
    expect(await count('actor=operator')).toBe(0);
    expect(await count(`request_id=${String(id)}`)).toBe(1);
    expect(await count('action=api-key.created&client_id=f')).toBe(1);
  });

  it('takes a time from which, and one before which', async () => {
    const { subject } = await aLife();
    const [last, first] = (await entries(`subject=${subject}`)) as [Entry, Entry];
    const count = async (query: string) => (await entries(`subject=${subject}&${query}`)).length;

    expect(await count(`from=${first.at}`)).toBe(2);
    expect(await count(`to=${first.at}`)).toBe(0);
    const after = new Date(Date.parse(last.at) + 1).toISOString();
    expect(await count(`from=${first.at}&to=${after}`)).toBe(2);
    expect(await count(`from=${after}`)).toBe(0);
  });

  it('gives every entry once, page by page, also those of the same millisecond', async () => {
    const client = unique('client');
    await service.dataSource.query(
      `INSERT INTO audit_log (at, action, subject, client_id)
       SELECT $2::timestamptz + (n / 4) * interval '1 ms', 'image.created', '/images/' || n, $1
         FROM generate_series(0, 10) n`,
      [client, sinceThen],
    );
    const authorized = {
      ...service.http,
      get: (path: string) => service.http.get(path).set(withKey(admin)),
    };

    const pages = (await allPages(
      authorized,
      `/audit-log?client_id=${client}&limit=3`,
    )) as Entry[][];

    expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 2]);
    expect(pages.flat().map(({ subject }) => subject)).toEqual(
      Array.from({ length: 11 }, (_, n) => `/images/${10 - n}`),
    );
  });

  it('costs the same on any page: it is read along an index', async () => {
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SET LOCAL enable_seqscan = off');
    for (const filter of ['TRUE', `actor = 'a'`, `client_id = 'a'`]) {
      const plan: unknown = await runner.query(
        `EXPLAIN SELECT * FROM audit_log WHERE ${filter} AND (at, id) < (now(), 7) ORDER BY at DESC, id DESC LIMIT 50`,
      );
      const text = JSON.stringify(plan);
      expect(text).toMatch(/Index Scan Backward using ix_audit_log_/);
      expect(text).not.toContain('Sort');
    }
    await runner.rollbackTransaction();
    await runner.release();
  });

  it('counts when it is asked to', async () => {
    const { subject } = await aLife();
    const answer = await list(`subject=${subject}&count=exact&limit=1`);

    expect(answer.headers).toMatchObject({ 'x-total-count': '2', link: expect.any(String) });
    expect((await list('count=estimated')).headers['x-total-count']).toMatch(/^\d+$/);
  });

  it.each([
    ['action=nonsense', 'action'],
    ['from=yesterday', 'from'],
    ['to=2026-01-01T00:00:00', 'to'],
    ['client_id=%00', 'client_id'],
    ['actor=', 'actor'],
    ['subject=', 'subject'],
    ['request_id=%0a', 'request_id'],
    ['from=2026-01-01T00:00:00Z&from=2026-01-01T00:00:00Z', 'from'],
    [`cursor=${Buffer.from('["audit-log:-at","now","1"]').toString('base64url')}`, 'cursor'],
    [
      `cursor=${Buffer.from('["audit-log:-at","2026-01-01T00:00:00Z","x"]').toString('base64url')}`,
      'cursor',
    ],
    [
      `cursor=${Buffer.from('["audit-log:-at","2026-01-01T00:00:00Z","9999999999999999999"]').toString('base64url')}`,
      'cursor',
    ],
    ['id=1', 'id'],
  ])('answers 400 to ?%s', async (query, parameter) => {
    expectProblem(await list(query), 400, 'invalid-request', [parameter]);
  });
});

describe('an admin of some clients', () => {
  it('sees what concerns these, and cannot ask for what does not', async () => {
    const [mine, theirs] = [unique('client'), unique('client')];
    const bound = await aKey(service, { role: 'admin', clientIds: [mine] });
    const inside = await aLife({ client_ids: [mine] });
    const outside = await aLife({ client_ids: [theirs] });
    await aLife();

    const seen = await entries('', bound);

    const own = `/api-keys/${prefixOf(bound)}`;
    expect(new Set(seen.map(({ subject }) => subject))).toEqual(new Set([own, inside.subject]));
    expect(await entries(`client_id=${theirs}`, bound)).toEqual([]);
    expect(await entries(`subject=${outside.subject}`, bound)).toEqual([]);
    const { headers } = await list(`client_id=${theirs}&count=exact`, bound);
    expect(headers['x-total-count']).toBe('0');
  });
});

describe('the audit log', () => {
  it.each(['UPDATE audit_log SET actor = NULL', 'DELETE FROM audit_log'])(
    'refuses "%s", also to its owner',
    async (statement) => {
      await aLife();
      await expect(service.dataSource.query(statement)).rejects.toThrow('append-only');
    },
  );
});
