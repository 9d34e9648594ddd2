import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { createApplication } from '../../src/application.js';
import type { Environment } from '../../src/config/environment.js';
import { parseEnvironment } from '../../src/config/load-environment.js';
import { type Contract, contractAt } from './contract.js';
import { DatabaseConnector } from '../../src/database/database-connector.js';
import { createTestDatabase } from './database.js';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

/** Requests to a service under test. Every answer is held against the service's OpenAPI document. */
export type Http = Record<(typeof METHODS)[number], (path: string) => supertest.Test>;

/** The whole service, listening, on a database and a folder of its own. */
export interface TestApp {
  http: Http;
  /** The same requests with further headers, such as a credential. */
  httpWith: (headers: Record<string, string>) => Http;
  /** Where it listens, without a slash at the end. */
  url: string;
  dataDir: string;
  environment: Environment;
  dataSource: DataSource;
  app: NestExpressApplication;
  /** Ends it and removes its database and its folder. */
  close(): Promise<void>;
}

/**
 * Starts the service as it ships.
 * @param settings that differ from the defaults
 */
export async function startApp(settings: Partial<Environment> = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'loupe-e2e-'));
  const removeTraces = async () => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return startOn({ dataDir, databaseUrl: database.url, ...settings }, removeTraces);
}

/**
 * Starts another copy of a service: on the same database and the same folder, which stay when it is closed.
 * @param settings that differ from the defaults
 */
export function startCopyOf(
  { environment: { dataDir, databaseUrl } }: TestApp,
  settings: Partial<Environment> = {},
): Promise<TestApp> {
  const shared = { dataDir, ...(databaseUrl !== undefined && { databaseUrl }) };
  return startOn({ ...shared, ...settings }, () => Promise.resolve());
}

async function startOn(
  settings: Partial<Environment>,
  removeTraces: () => Promise<void>,
): Promise<TestApp> {
  try {
    const defaults = parseEnvironment({
      PORT: '0',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    });
    const environment = Object.assign(defaults, settings);
    const app = await createApplication(environment);
    await app.listen(environment.port, environment.host);
    await app.get(DatabaseConnector).connected;
    const url = await app.getUrl();
    const contract = await contractAt(url);
    return {
      http: requestsTo(url, contract),
      httpWith: (headers) => requestsTo(url, contract, headers),
      url,
      dataDir: environment.dataDir,
      environment,
      dataSource: app.get(DataSource),
      app,
      close: async () => {
        await app.close();
        await removeTraces();
      },
    };
  } catch (error) {
    await removeTraces();
    throw error;
  }
}

/** Requests to a service that listens at `url`. */
export async function httpTo(url: string): Promise<Http> {
  return requestsTo(url, await contractAt(url));
}

function requestsTo(
  url: string,
  contract: Contract | undefined,
  sent: Record<string, string> = {},
): Http {
  const requests = METHODS.map((method) => [
    method,
    (path: string) =>
      supertest(url)
        [method](path)
        .set(sent)
        .expect(({ status, headers, body }) =>
          contract?.assertDocumented(method, `${url}${path}`, status, headers, body),
        ),
  ]);
  return Object.fromEntries(requests) as Http;
}
