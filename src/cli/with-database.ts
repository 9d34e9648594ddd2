import { resolve } from 'node:path';
import { DataSource } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import { DirectoryInUse } from '../database/embedded-postgres.errors.js';
import { EmbeddedPostgres } from '../database/embedded-postgres.js';
import { addressOfRunningServer } from '../database/embedded/running-server.js';
import { migrate } from '../database/migrate.js';
import { SCHEMA } from '../schema.js';

/**
 * Does something with the service's database, whether the service runs or not: with the one of
 * DATABASE_URL, with the embedded one of a running service, or with one that is started for it and
 * stopped afterwards. Its schema is the newest by then. Messages go to standard error.
 *
 * @throws EmbeddedPostgresError when the embedded database cannot be used; its message says why
 */
export async function withDatabase<T>(
  environment: Environment,
  use: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const { databaseUrl } = environment;
  if (databaseUrl !== undefined) return connected(databaseUrl, environment, use);
  const directory = resolve(environment.dataDir, 'postgres');
  const running = await addressOfRunningServer(directory);
  if (running !== undefined) return connected(running, environment, use);
  const started = await startUnlessRunning(directory);
  try {
    return await connected(started.url, environment, use);
  } finally {
    await started.stop();
  }
}

interface Server {
  url: string;
  stop: () => Promise<void>;
}

/** A service may be started at the same moment. */
async function startUnlessRunning(directory: string): Promise<Server> {
  try {
    const own = await EmbeddedPostgres.start({
      directory,
      log: (message) => process.stderr.write(`${message}\n`),
    });
    return { url: own.url, stop: () => own.stop() };
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    const url = await addressOfRunningServer(directory);
    if (url === undefined) throw error;
    return { url, stop: () => Promise.resolve() };
  }
}

async function connected<T>(
  url: string,
  environment: Environment,
  use: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  await migrate(url, SCHEMA, environment.nodeEnv === 'development');
  const dataSource = await new DataSource(dataSourceOptions(url, SCHEMA)).initialize();
  try {
    return await use(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
