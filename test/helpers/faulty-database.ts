import { expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'supertest';
import { type Http, httpTo } from './app.js';
import { type ChildService, startChild } from './child-service.js';
import { OwnPostgres } from './own-postgres.js';
import { TcpProxy } from './tcp-proxy.js';

/** Fewer than there are requests at a time. */
export const POOL_SIZE = 4;
/** The pool's, the one of readiness, and the two of the change feed. */
export const MOST_CONNECTIONS = POOL_SIZE + 3;

/** The service in a process of its own, with a database and a network between them that can be broken. */
export interface FaultyDatabase {
  http: Http;
  service: ChildService;
  postgres: OwnPostgres;
  network: TcpProxy;
  close(): Promise<void>;
}

export async function startOnFaultyDatabase(databaseOptions = ''): Promise<FaultyDatabase> {
  const postgres = await OwnPostgres.start();
  try {
    return await startOn(postgres, databaseOptions);
  } catch (error) {
    await postgres.remove();
    throw error;
  }
}

/** The same on a server that is there already, which `close` removes too. */
export async function startOn(
  postgres: OwnPostgres,
  databaseOptions = '',
): Promise<FaultyDatabase> {
  await postgres.createDatabase('loupe', databaseOptions);
  const network = await TcpProxy.to(postgres.port);
  const service = await startChild({
    DATABASE_URL: postgres.url('loupe', network.port),
    DATABASE_POOL_SIZE: String(POOL_SIZE),
  });
  await untilReady(service.url);
  return {
    http: await httpTo(service.url),
    service,
    postgres,
    network,
    close: async () => {
      await postgres.resume().catch(() => undefined);
      await service.close();
      await network.close();
      await postgres.remove();
    },
  };
}

/**
 * Waits until the service says that it is ready.
 * @returns milliseconds that it took
 */
export async function untilReady(url: string, patienceMs = 10_000): Promise<number> {
  const begin = performance.now();
  while (performance.now() - begin < patienceMs) {
    const answer = await fetch(`${url}/health/ready`);
    await answer.arrayBuffer();
    if (answer.status === 200) return performance.now() - begin;
    await sleep(25);
  }
  throw new Error(`The service at ${url} was not ready within ${patienceMs} ms.`);
}

/** An answer, and how long it took in milliseconds. */
export async function timed(request: PromiseLike<Response>): Promise<Response & { ms: number }> {
  const begin = performance.now();
  const answer = await request;
  return Object.assign(answer, { ms: performance.now() - begin });
}

/** Expects what a database that is away means to a request: soon, 503 and when to try again. */
export function expectUnavailable(answer: Response & { ms: number }): void {
  expect({
    status: answer.status,
    type: answer.body.type,
    retryAfter: answer.headers['retry-after'],
  }).toEqual({ status: 503, type: '/problems/database-unavailable', retryAfter: '2' });
  expect(answer.ms).toBeLessThan(5_000);
}

/** Waits until a measured number is as expected. */
export async function eventually(
  measure: () => Promise<number>,
  atMost: number,
  patienceMs = 5_000,
): Promise<void> {
  const begin = performance.now();
  let last = await measure();
  while (last > atMost && performance.now() - begin < patienceMs) {
    await sleep(100);
    last = await measure();
  }
  expect(last).toBeLessThanOrEqual(atMost);
}

/** Connections of the service that the server knows. */
export async function connectionsOf(postgres: OwnPostgres): Promise<number> {
  const [row] = await postgres.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'loupe%'`,
  );
  return row!.count;
}
