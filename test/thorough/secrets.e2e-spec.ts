import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { exchange, type RawRequest, send, sendAndLeave } from '../helpers/raw-http.js';

const FILE_URL_SECRET = 'canary-file-url-secret-9b1c5d7e3f';
/** Far in the future, for a client, and made with the service's own secret: a good one. */
const SIGNATURE = signatureFor('tray', 'st-james');
/** What no line of the log and no answer may show, whatever happens. */
const CANARIES = {
  'FILE_URL_SECRETS, the first': FILE_URL_SECRET,
  'FILE_URL_SECRETS, an old one': 'canary-old-file-url-secret-0a2b4c',
  'the API key': 'canary-api-key-58c1',
  'the token': 'canary-token-6d2e.canary-claims.canary-mac',
  'the password of a Basic credential': 'canary-basic-password-77ab',
  'a Basic credential': Buffer.from('ada:canary-basic-password-77ab').toString('base64'),
  'a cookie': 'canary-cookie-13f0',
  'a proxy credential': 'canary-proxy-credential-e0a4',
  'a token in the query': 'canary-query-token-90d3',
  'the signature': SIGNATURE.split('.').at(-1)!,
  'a wrong signature': 'canarySignature0000000000000000000000000000',
  METRICS_TOKEN: 'canary-metrics-token-41d8',
} as const;
/** What only the client itself may get to see again. */
const BODY = 'canary-body-c55e';

const CREDENTIALS: Record<string, string>[] = [
  { 'X-API-Key': CANARIES['the API key'] },
  { Authorization: `Bearer ${CANARIES['the token']}` },
  { Authorization: `Basic ${CANARIES['a Basic credential']}` },
  { 'X-API-Key': CANARIES['the API key'], Authorization: `Bearer ${CANARIES['the token']}` },
  {
    Cookie: `session=${CANARIES['a cookie']}`,
    'Proxy-Authorization': CANARIES['a proxy credential'],
  },
];
const JSON_TYPE = { 'Content-Type': 'application/json' };
const USER = { first_name: BODY, last_name: BODY, role: BODY };
/** Requests of every kind, with what they are refused for where AUTH=off. */
const REQUESTS: (RawRequest & { status: number })[] = [
  { method: 'GET', path: '/users', status: 200 },
  { method: 'GET', path: `/users?access_token=${CANARIES['a token in the query']}`, status: 400 },
  { path: '/users', headers: JSON_TYPE, body: `{"id": "${BODY}"`, status: 400 },
  { path: '/users', headers: JSON_TYPE, body: userJson({ secret: BODY }), status: 400 },
  { method: 'GET', path: `/users/%zz?key=${CANARIES['a token in the query']}`, status: 400 },
  { method: 'GET', path: `/images/tray/file?signature=${SIGNATURE}`, status: 404 },
  {
    method: 'GET',
    path: `/images/tray/file?signature=9999999999.YQ.${CANARIES['a wrong signature']}`,
    status: 404,
  },
  { method: 'GET', path: `/nowhere?token=${CANARIES['a token in the query']}`, status: 404 },
  { path: '/users', headers: JSON_TYPE, body: userJson({ id: 'ada' }), status: 201 },
  { path: '/users', headers: JSON_TYPE, body: userJson({ id: 'ada' }), status: 409 },
  {
    method: 'DELETE',
    path: '/users/ada',
    headers: { 'If-Match': '"0"' },
    status: 412,
  },
  { path: '/users', headers: JSON_TYPE, body: BODY.repeat(70_000), status: 413 },
  { path: '/users', headers: { 'Content-Type': 'text/plain' }, body: BODY, status: 415 },
  {
    path: '/images',
    headers: JSON_TYPE,
    body: JSON.stringify({
      client_id: 'st-james',
      created_at: '2026-03-01T08:30:00Z',
      user_id: BODY,
    }),
    status: 422,
  },
];

/** What Prometheus is told; without the token, why not. */
async function metricsOf({ output }: ChildService): Promise<string> {
  const [, address = ''] = /^ {2}metrics +(\S+)$/m.exec(output()) ?? [];
  const refused = await fetch(address, { headers: { authorization: 'Bearer wrong' } });
  const headers = { authorization: `Bearer ${CANARIES.METRICS_TOKEN}` };
  return (await refused.text()) + (await (await fetch(address, { headers })).text());
}

describe.each(['off', 'on'] as const)('with AUTH=%s and LOG_LEVEL=trace', (auth) => {
  let database: TestDatabase;
  let service: ChildService;
  const answers: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startChild({
      AUTH: auth,
      DATABASE_URL: database.url,
      METRICS_PORT: '0',
      METRICS_TOKEN: CANARIES.METRICS_TOKEN,
      FILE_URL_SECRETS: `${FILE_URL_SECRET},${CANARIES['FILE_URL_SECRETS, an old one']}`,
      LOG_LEVEL: 'trace',
      RATE_LIMIT: 'off',
      RATE_LIMIT_FAILURES: '30',
    });
    await provokeEverything();
    answers.push(await metricsOf(service));
  });
  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  it.each(Object.entries(CANARIES))('%s is in no answer and in no line of the log', (_, canary) => {
    expect(service.output()).not.toContain(canary);
    expect(answers.filter((answer) => answer.includes(canary))).toEqual([]);
  });

  it('the password of the database is there neither', () => {
    const { password } = new URL(database.url);
    // One that somebody chose for tests ("postgres") would be found everywhere.
    if (password.length < 12) return;
    expect(service.output()).not.toContain(password);
    expect(answers.filter((answer) => answer.includes(password))).toEqual([]);
  });

  it('metrics name no client, image or caller', async () => {
    const metrics = await metricsOf(service);

    expect(metrics).toContain('http_route="/images/:image_key/file"');
    expect(metrics).not.toMatch(/st-james|tray|ada|canary/);
  });

  it('no body is in the log', () => {
    expect(service.output()).not.toContain(BODY);
  });

  it('though everything was logged', () => {
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const statuses = new Set(lines.map((line) => (JSON.parse(line) as { status?: number }).status));
    const expected =
      auth === 'off' ? [200, 201, 400, 404, 409, 412, 413, 415, 422, 500] : [401, 429];
    expect([...statuses]).toEqual(expect.arrayContaining(expected));
    if (auth === 'off') expect(service.output()).toContain('unexpected fault');
  });

  async function provokeEverything(): Promise<void> {
    for (const headers of CREDENTIALS) {
      await asRecorded({ method: 'GET', path: '/users', headers });
      await asRecorded({ path: '/users', headers: { ...headers, ...JSON_TYPE }, body: BODY });
    }
    const [, token = {}] = CREDENTIALS;
    for (const { status, ...request } of REQUESTS) {
      const answer = await asRecorded({ ...request, headers: { ...request.headers, ...token } });
      if (auth === 'off')
        expect({ ...request, status: answer.status }).toEqual({ ...request, status });
    }
    const secret = `Authorization: Bearer ${CANARIES['the token']}`;
    for (const bytes of [
      `GET http://ada:${CANARIES['the password of a Basic credential']}@localhost/users?token=${CANARIES['a token in the query']} HTTP/1.1\r\nHost: a\r\n${secret}\r\nConnection: close\r\n\r\n`,
      `GET http://ada:${CANARIES['the password of a Basic credential']}@[x/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      `GET /users HTTP/1.1\r\nHost: a\r\n${secret}\r\nX-API-Key : ${CANARIES['the API key']}\r\n\r\n`,
      `GET /users?signature=${SIGNATURE} HTTP/1.1\r\n${secret}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      `${CANARIES['the token']} / HTTP/1.1\r\n\r\n`,
    ])
      answers.push(await exchange(service.url, bytes));
    await sendAndLeave(service.url, {
      path: `/users?token=${CANARIES['a token in the query']}`,
      headers: { ...token, ...JSON_TYPE, 'Content-Length': '1000' },
      body: `{"id": "${BODY}`,
    });
    if (auth === 'on') for (let one = 0; one < 30; one += 1) await tryKey();
    await breakDatabase();
  }

  /** A statement that fails on its values, and then a database that is not there any more. */
  async function breakDatabase(): Promise<void> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('ALTER TABLE users ADD CONSTRAINT never CHECK (false) NOT VALID');
    await client.end();
    const create = { path: '/users', headers: JSON_TYPE, body: userJson({ id: 'bob' }) };
    const refused = await asRecorded(create);
    await database.drop();
    const gone = await asRecorded({ method: 'GET', path: '/health/ready' });
    await asRecorded(create);
    if (auth === 'off') expect([refused.status, gone.status]).toEqual([500, 503]);
  }

  const tryKey = () =>
    asRecorded({
      method: 'GET',
      path: '/users',
      headers: { 'X-API-Key': CANARIES['the API key'] },
    });

  async function asRecorded(request: RawRequest) {
    const answer = await send(service.url, request);
    const { headers, text } = answer;
    // What a client sent in a body, it may be told again.
    answers.push(`${JSON.stringify(headers)}\n${text.replaceAll(BODY, '')}`);
    return answer;
  }
});

describe('a service that cannot start', () => {
  const PASSWORD = 'canary-database-password-4e8a';

  it.each([
    ['the database is none', `mysql://loupe:${PASSWORD}@db/loupe`],
    ['the address of the database is none', `postgresql://loupe:${PASSWORD}@[bad/loupe`],
    ['the password is not encoded', `postgresql://loupe:%${PASSWORD}@127.0.0.1:9/loupe`],
    ['nobody listens there', `postgresql://loupe:${PASSWORD}@127.0.0.1:9/loupe`],
    ['the host is not known', `postgresql://loupe:${PASSWORD}@nowhere.invalid/loupe`],
    ['the password is wrong', withPassword(PASSWORD)],
  ])('because %s does not tell the password', async (_why, url) => {
    const output = await outputOf({ DATABASE_URL: url, FILE_URL_SECRETS: FILE_URL_SECRET });
    expect(output).toMatch(/DATABASE_URL|database/i);
    expect(output).not.toContain(PASSWORD);
    expect(output).not.toContain(FILE_URL_SECRET);
  });

  it('because its settings are wrong tells none of them', async () => {
    const output = await outputOf({ FILE_URL_SECRETS: 'canary-short', PORT: 'canary-port' });
    expect(output).toContain('FILE_URL_SECRETS');
    expect(output).not.toContain('canary');
  });
});

/** What a start writes until it gives up or tries again. */
async function outputOf(settings: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'loupe-secrets-'));
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/src/main.js')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: folder,
      PORT: '0',
      LOG_LEVEL: 'trace',
      UV_THREADPOOL_SIZE: '64',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/"level":"(error|warn)"/.test(output)) child.kill('SIGKILL');
    });
  await ended(child);
  await rm(folder, { recursive: true, force: true });
  return output;
}

async function ended(child: ChildProcess): Promise<void> {
  const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await once(child, 'close');
  clearTimeout(impatience);
}

function userJson(fields: Record<string, string>): string {
  return JSON.stringify({ id: 'ada', ...USER, ...fields });
}

function withPassword(password: string): string {
  const url = new URL(process.env.LOUPE_TEST_ADMIN_URL ?? 'postgresql://127.0.0.1:9/postgres');
  url.password = password;
  return url.href;
}

/** As src/access/file-addresses.service.ts makes them. */
function signatureFor(key: string, clientId: string): string {
  const expires = 9_999_999_999;
  const mac = createHmac('sha256', FILE_URL_SECRET)
    .update(JSON.stringify(['image-file', expires, clientId, key]))
    .digest('base64url');
  return `${expires}.${Buffer.from(clientId).toString('base64url')}.${mac}`;
}
