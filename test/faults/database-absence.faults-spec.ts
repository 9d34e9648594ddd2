import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpTo } from '../helpers/app.js';
import { startChild } from '../helpers/child-service.js';
import { expectUnavailable, timed, untilReady } from '../helpers/faulty-database.js';
import { OwnPostgres } from '../helpers/own-postgres.js';
import { expectProblem } from '../helpers/problems.js';
import { anImage, userFields } from '../helpers/records.js';
import { aPicture, postForm } from '../helpers/uploads.js';

let postgres: OwnPostgres;

beforeAll(async () => {
  postgres = await OwnPostgres.start();
});
afterAll(() => postgres.remove());

describe('a database that comes later than the service', () => {
  it('is awaited: the service lives, refuses what needs it, and is ready within 2 s of it', async () => {
    await postgres.createDatabase('later');
    await postgres.stop();
    const service = await startChild({ DATABASE_URL: postgres.url('later'), LOG_LEVEL: 'info' });
    try {
      const http = await httpTo(service.url);

      expect((await http.get('/health/live')).status).toBe(200);
      expect((await http.get('/openapi.json')).status).toBe(200);
      const readiness = await http.get('/health/ready');
      expectProblem(readiness, 503, 'not-ready');
      expect(readiness.body.failing).toEqual(['database']);
      const requests = [
        http.get('/users'),
        http.get('/images?client_id=st-james'),
        http.get('/images/nowhere/file?scale=0.5'),
        http.get('/instruments'),
        http.post('/users').send(userFields()),
        http.patch('/users/nobody').set('If-Match', '*').send({ role: 'nurse' }),
        postForm(http, await aPicture()),
      ];
      for (const request of requests) expectUnavailable(await timed(request));

      await postgres.startAgain();
      expect(await untilReady(service.url)).toBeLessThan(2_000);
      await anImage(http);
      expect(service.output()).toContain('The database cannot be used yet (connect ECONNREFUSED');
      expect(service.output()).toContain('The database can be used now.');
    } finally {
      await service.close();
    }
  });

  it.each([
    ['a wrong password', /password authentication failed for user/],
    ['a database that does not exist', /database \\"created_later\\" does not exist/],
  ])(
    'says clearly that it is %s, keeps the password to itself, and tries again',
    async (what, said) => {
      const isPassword = what.includes('password');
      const url = new URL(postgres.url(isPassword ? 'postgres' : 'created_later'));
      if (isPassword) url.username = 'newcomer';
      const service = await startChild({ DATABASE_URL: url.href, LOG_LEVEL: 'info' });
      try {
        await sleep(1_000);
        expect(service.output()).toMatch(said);
        expect(service.output().match(/The database cannot be used yet/g)).toHaveLength(1);
        expect(service.output()).not.toContain(url.password);
        expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

        if (isPassword)
          await postgres.query(`CREATE ROLE newcomer SUPERUSER LOGIN PASSWORD '${url.password}'`);
        else await postgres.createDatabase('created_later');
        expect(await untilReady(service.url)).toBeLessThan(2_000);
      } finally {
        await service.close();
      }
    },
  );
});

describe('a database that can never be used', () => {
  it.each([
    ['has another encoding than UTF-8', `ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`, ''],
    [
      'has a newer schema',
      '',
      `CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint, name text);
       INSERT INTO migrations (timestamp, name) VALUES (4102444800000, 'AddHolograms4102444800000')`,
    ],
  ])('ends the service with one sentence when it %s', async (what, options, content) => {
    const name = await postgres.createDatabase(what.includes('newer') ? 'newer' : 'ascii', options);
    if (content !== '') await postgres.query(content, name);

    const { code, said } = await run({ DATABASE_URL: postgres.url(name) });

    expect(code).toBe(1);
    expect(said).toMatch(
      what.includes('newer')
        ? /^The schema of the database was made by a newer version .*AddHolograms.*\.\n$/
        : /^The database is encoded in SQL_ASCII, and Loupe needs UTF8: .*\.\n$/,
    );
  });
});

/** Runs the service to its end. @returns its exit code and what it said about it */
async function run(settings: Record<string, string>): Promise<{ code: number; said: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'loupe-unusable-'));
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/src/main.js')], {
    cwd: folder,
    env: { PATH: process.env.PATH, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent', ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(child.stderr);
  const [code] = (await once(child, 'exit')) as [number];
  await rm(folder, { recursive: true, force: true });
  return { code, said: await said };
}
