import type { DataSourceOptions, EntitySchema } from 'typeorm';
import { SnakeCaseNamingStrategy } from './snake-case-naming.strategy.js';

type Class = new (...args: never[]) => object;

/** What the database is made of. */
export interface DatabaseSchema {
  entities: (Class | EntitySchema)[];
  migrations: Class[];
}

export interface ConnectionLimits {
  poolSize: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
}

/** Long enough for a statement of a migration: no deadline at all. */
export const ADMINISTRATION: ConnectionLimits = {
  poolSize: 2,
  statementTimeoutMs: 0,
  lockTimeoutMs: 0,
};

/** How TypeORM reaches the database at `url`. */
export function dataSourceOptions(
  url: string,
  schema: DatabaseSchema,
  limits: ConnectionLimits = ADMINISTRATION,
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
    // Nothing needs an extension; without these two TypeORM installs uuid-ossp.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: 'loupe',
    connectTimeoutMS: 4_500,
    extra: {
      max: limits.poolSize,
      statement_timeout: limits.statementTimeoutMs,
      lock_timeout: limits.lockTimeoutMs,
      keepAlive: true,
    },
  };
}
