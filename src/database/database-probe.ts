import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { newestMigration } from './database-requirements.js';
import type { ConnectorOptions } from './database-connector.js';
import { DeadlinePool } from './deadline/deadline-pool.js';

const KEPT_MS = 60_000;
const UNDEFINED_TABLE = '42P01';

/** What the database is good for at the moment. */
export type DatabaseCondition = 'usable' | 'outdated-schema' | 'silent';

/**
 * Asks the database whether it answers, on a connection of its own: that all others are busy is no sign
 * of a database that is away.
 */
export class DatabaseProbe implements OnApplicationShutdown {
  private readonly pool: DeadlinePool;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: ConnectorOptions,
    patienceMs: number,
  ) {
    this.pool = new DeadlinePool({
      connectionString: options.url,
      application_name: 'loupe-readiness',
      max: 1,
      idleTimeoutMillis: KEPT_MS,
      statement_timeout: patienceMs,
      deadlineMs: patienceMs,
    });
  }

  /** Never throws. */
  async condition(): Promise<DatabaseCondition> {
    try {
      return (await this.isUpToDate()) ? 'usable' : 'outdated-schema';
    } catch (error) {
      return errorCode(error) === UNDEFINED_TABLE ? 'outdated-schema' : 'silent';
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  private async isUpToDate(): Promise<boolean> {
    const { schema, synchronize } = this.options;
    const client = await this.pool.connect();
    try {
      if (!this.dataSource.isInitialized || synchronize) {
        await client.query('SELECT');
        return this.dataSource.isInitialized;
      }
      const newest = newestMigration(schema);
      const { rowCount } = await client.query('SELECT FROM migrations WHERE name = $1', [newest]);
      return rowCount === 1;
    } finally {
      client.release();
    }
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
