import pg from 'pg';
import type { DataSourceOptions, EntitySchema } from 'typeorm';
import { DeadlineClient } from './deadline/deadline-client.js';
import { DeadlinePool } from './deadline/deadline-pool.js';
import { SnakeCaseNamingStrategy } from './snake-case-naming.strategy.js';

type Class = new (...args: never[]) => object;

/** What the database is made of. */
export interface DatabaseSchema {
  entities: (Class | EntitySchema)[];
  migrations: Class[];
  /** Statements for what entities cannot say: `remove` does nothing where there is nothing. */
  beyondEntities: { remove: readonly string[]; make: readonly string[] };
}

export interface ConnectionLimits {
  poolSize: number;
  /** For waiting for a connection and for the statements of one request together. */
  deadlineMs: number;
  lockTimeoutMs: number;
}

const ADMINISTRATORS = 2;
const CONNECT_TIMEOUT_MS = 4_500;
/** PostgreSQL gives up a little before the service does, because then the connection can be kept. */
const SERVER_SHARE = 0.9;
const IDLE_SESSION_MS = 60_000;
/**
 * Helpers would take the cores of other requests, and of two cores they make counting labels two to four times as slow
 * (docs/decisions/0035-one-process-for-a-statement.md).
 */
const ONE_PROCESS = 'max_parallel_workers_per_gather=0';

/**
 * How TypeORM reaches the database at `url`.
 * @param limits without them statements may take as long as they need: migrations, administration
 */
export function dataSourceOptions(
  url: string,
  schema: DatabaseSchema,
  limits?: ConnectionLimits,
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: schema.entities,
    migrations: schema.migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCaseNamingStrategy(),
    synchronize: false,
    // A migration makes the one extension there is; without these two TypeORM installs uuid-ossp.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: 'loupe',
    connectTimeoutMS: limits?.deadlineMs ?? CONNECT_TIMEOUT_MS,
    ...(limits ? { driver: { Pool: DeadlinePool, defaults: pg.defaults } } : {}),
    extra: {
      Client: DeadlineClient,
      keepAlive: true,
      ...(limits ? limited(limits) : { max: ADMINISTRATORS }),
    },
  };
}

function limited({ poolSize, deadlineMs, lockTimeoutMs }: ConnectionLimits) {
  return {
    max: poolSize,
    deadlineMs,
    statement_timeout: Math.ceil(deadlineMs * SERVER_SHARE),
    lock_timeout: lockTimeoutMs,
    // The network may have swallowed the news that the service left: neither its locks nor its idle
    // connections, which the pool closes after 10 s, must outlive it.
    idle_in_transaction_session_timeout: deadlineMs,
    // Compiling a query pays after seconds; estimates of what a page costs are often that wrong.
    options: `-c idle_session_timeout=${IDLE_SESSION_MS} -c jit=off -c ${ONE_PROCESS}`,
  };
}
