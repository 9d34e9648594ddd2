import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage, request as open } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Drain } from '../../src/http/drain.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { manyImages } from '../helpers/many-images.js';
import { anImage, pathTo } from '../helpers/records.js';

const NDJSON = 'application/x-ndjson';

let service: TestApp;

beforeAll(async () => {
  service = await startApp({ databasePoolSize: 4 });
  await manyImages(service.dataSource, 1_000, { client_id: 'many', annotations: 4 });
  await service.dataSource.query('ANALYZE');
});
afterAll(() => service.close());

/** Whether a statement of the service waits for a lock on a table. */
async function isWaiting(table: string): Promise<boolean> {
  const waiting = await service.dataSource.query<unknown[]>(
    `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE datname = current_database() AND state = 'active' AND NOT granted
        AND relation = $1::regclass`,
    [table],
  );
  return waiting.length > 0;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await sleep(25);
  }
  throw new Error('it did not come about');
}

/** Runs while nobody can read a table, so that whoever tries to waits in PostgreSQL. */
async function withTableLocked(table: string, work: () => Promise<void>): Promise<void> {
  await service.dataSource.transaction(async (manager) => {
    await manager.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await work();
  });
}

describe('a client that waits', () => {
  it('longer than an upload may be silent gets its answer', async () => {
    const impatient = await startApp({ uploadIdleTimeoutMs: 200 });
    try {
      await impatient.dataSource.transaction(async (manager) => {
        await manager.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
        const answer = fetch(`${impatient.url}/users`);
        await sleep(900);
        await manager.query('COMMIT');
        expect((await answer).status).toBe(200);
        await manager.query('BEGIN');
      });
    } finally {
      await impatient.close();
    }
  });
});

describe('a client that leaves', () => {
  it.each([
    ['/images', 'images', 'application/json'],
    ['/images?count=exact', 'images', NDJSON],
    ['/users', 'users', 'application/json'],
    ['/audit-log', 'audit_log', NDJSON],
    ['/instruments', 'instruments', 'application/json'],
  ])('while %s is read (%s, as %s) ends the statement in PostgreSQL', async (path, table, type) => {
    await withTableLocked(table, async () => {
      const request = get(`${service.url}${path}`, { headers: { Accept: type }, agent: false });
      request.on('error', () => undefined);
      await until(() => isWaiting(table));

      request.destroy();

      await until(async () => !(await isWaiting(table)));
      await until(() => Promise.resolve(service.app.get(Drain).inFlight === 0));
    });
    await service.http.get(path).expect(200);
  });

  it('in the middle of lines ends the statement that reads the next ones', async () => {
    const request = get(`${service.url}/images?client_id=many`, {
      headers: { Accept: NDJSON },
      agent: false,
    });
    request.on('error', () => undefined);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    await once(answer, 'readable');

    await withTableLocked('annotations', async () => {
      answer.resume();
      await until(() => isWaiting('annotations'));
      answer.destroy();
      await until(async () => !(await isWaiting('annotations')));
    });
  });

  it('keeps the connection in the pool', async () => {
    const pids = async () => {
      const rows = await service.dataSource.query<{ pid: number }[]>(
        'SELECT pid FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid',
      );
      return rows.map(({ pid }) => pid);
    };
    await Promise.all(Array.from({ length: 8 }, () => service.http.get('/users').expect(200)));
    const before = await pids();

    await withTableLocked('users', async () => {
      const request = get(`${service.url}/users`, { agent: false });
      request.on('error', () => undefined);
      await until(() => isWaiting('users'));
      request.destroy();
      await until(async () => !(await isWaiting('users')));
    });

    await service.http.get('/users').expect(200);
    expect(await pids()).toEqual(before);
  });

  it('before a change is done does not keep it from being done', async () => {
    const image = await anImage(service.http);
    await withTableLocked('users', async () => {
      const body = JSON.stringify({ id: 'late', first_name: 'A', last_name: 'B', role: 'C' });
      const request = open(`${service.url}/users`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        agent: false,
      });
      request.on('error', () => undefined);
      request.end(body);
      await until(() => isWaiting('users'));
      request.destroy();
      await sleep(200);
      expect(await isWaiting('users')).toBe(true);
    });
    await until(async () => (await service.http.get('/users/late')).status === 200);
    await service.http.get(pathTo(image)).expect(200);
  });

  it('never ends the statement of another one that has the connection next', async () => {
    const leave = async (afterMs: number) => {
      const request = get(`${service.url}/images?client_id=many&limit=200&count=exact`, {
        agent: false,
      });
      request.on('error', () => undefined);
      await sleep(afterMs);
      request.destroy();
    };
    const expected = await text(await openLines());

    const read: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const leaving = [leave(1 + round * 3), leave(3 + round * 2), leave(6 + round)];
      const [users, log] = [service.http.get('/users'), service.http.get('/audit-log')];
      read.push(await text(await openLines()));
      expect([(await users).status, (await log).status]).toEqual([200, 200]);
      await Promise.all(leaving);
    }

    expect(new Set(read)).toEqual(new Set([expected]));
    await until(() => Promise.resolve(service.app.get(Drain).inFlight === 0));
  });
});

async function openLines(): Promise<IncomingMessage> {
  const request = get(`${service.url}/images?client_id=many&sort=image_key&limit=200`, {
    headers: { Accept: NDJSON },
    agent: false,
  });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}
