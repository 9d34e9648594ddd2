import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DatabaseUnavailable } from './database-connection.errors.js';

/** A statement that every connection parses and plans once. */
export interface Prepared {
  /** Follows from the text: whoever shares a connection means the same by it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Only for a statement whose best plan is the same whatever its parameters are: after some runs PostgreSQL plans it
 * once for all of them.
 */
export function prepared(text: string): Prepared {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `loupe_${digest}`, text };
}

// What PostgreSQL says when a connection has forgotten a statement, or another one has prepared it; and when what it
// gives was altered meanwhile.
const NOT_PREPARED = new Set(['26000', '42P05', '0A000']);

/**
 * Asks what is asked most, past TypeORM, which prepares nothing and costs as much as PostgreSQL does with so little to
 * do. Deadlines, cancelling and errors are those of every other statement, because the connections are the same ones.
 */
@Injectable()
export class PreparedStatements {
  private readonly logger = new Logger(PreparedStatements.name);
  private areKept = true;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs a statement that only reads, outside of any transaction.
   * @throws DatabaseUnavailable
   */
  async read<Row extends pg.QueryResultRow>(
    { name, text }: Prepared,
    values: readonly unknown[],
  ): Promise<Row[]> {
    if (!this.areKept) return this.ask<Row>({ text }, values);
    try {
      return await this.ask<Row>({ name, text }, values);
    } catch (error) {
      if (!NOT_PREPARED.has((error as { code?: string }).code ?? '')) throw error;
      // Behind a pooler that lends connections for a transaction each, nobody knows what a connection has prepared.
      this.logger.warn('prepared statements are lost: from now on there are none');
      this.areKept = false;
      return this.ask<Row>({ text }, values);
    }
  }

  private async ask<Row extends pg.QueryResultRow>(
    statement: { name?: string; text: string },
    values: readonly unknown[],
  ): Promise<Row[]> {
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query<Row>({ ...statement, values: [...values] });
      return rows;
    } finally {
      client.release();
    }
  }

  private get pool(): pg.Pool {
    const { isInitialized, driver } = this.dataSource;
    if (isInitialized) return (driver as PostgresDriver).master as pg.Pool;
    throw new DatabaseUnavailable({ cause: new Error('the service has not connected to it yet') });
  }
}
