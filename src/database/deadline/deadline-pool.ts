import pg from 'pg';
import { DatabaseUnavailable } from '../database-connection.errors.js';
import { waitForDatabase } from './database-time.js';
import { DeadlineClient, type DeadlineConfig } from './deadline-client.js';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (failure?: unknown) => void,
) => void;

export interface DeadlinePoolConfig extends Omit<pg.PoolConfig, 'Client'>, DeadlineConfig {
  deadlineMs: number;
}

/**
 * Connections that are awaited no longer than the deadline, which the statements share. A connection
 * comes back into the pool only when it has no transaction open.
 */
export class DeadlinePool extends pg.Pool {
  private readonly deadlineMs: number;

  constructor(config: DeadlinePoolConfig) {
    super({ ...config, Client: DeadlineClient, connectionTimeoutMillis: config.deadlineMs });
    this.deadlineMs = config.deadlineMs;
    // Without a listener a connection that breaks while nobody uses it would end the process.
    this.on('error', () => undefined);
  }

  /** @throws DatabaseUnavailable */
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    if (callback) {
      this.acquire(callback);
      return;
    }
    return new Promise((resolve, reject) => {
      this.acquire((error, client) => {
        if (client) resolve(client);
        else reject(error ?? new DatabaseUnavailable());
      });
    });
  }

  private acquire(callback: Connected): void {
    const { leftMs, end } = waitForDatabase(this.deadlineMs);
    let isOverdue = false;
    const overdue = setTimeout(() => {
      isOverdue = true;
      end();
      const cause = new Error('no connection was free in time');
      callback(new DatabaseUnavailable({ cause }), undefined, () => undefined);
    }, leftMs);
    super.connect((error, client) => {
      if (isOverdue) {
        client?.release();
        return;
      }
      clearTimeout(overdue);
      end();
      if (client) callback(undefined, client, checkedOnRelease(client));
      else callback(new DatabaseUnavailable({ cause: error }), undefined, () => undefined);
    });
  }
}

function checkedOnRelease(client: pg.PoolClient): (failure?: unknown) => void {
  const release = client.release.bind(client);
  const checked = (failure?: unknown) => {
    const isIdle = client.getTransactionStatus() === 'I';
    const reason = failure ?? (isIdle ? undefined : new Error('a transaction is still open'));
    release(reason as Error | undefined);
  };
  client.release = checked;
  return checked;
}
