import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { DatabaseSchema } from './data-source-options.js';
import { DatabaseUnusable } from './database-connection.errors.js';
import { reasonOf } from './database-errors.js';
import { migrate } from './migrate.js';

const FIRST_PAUSE_MS = 100;
/** Short, because the service is to be ready 2 s after the database is. */
const LONGEST_PAUSE_MS = 500;
const SAY_AGAIN_AFTER_MS = 60_000;

export interface ConnectorOptions {
  url: string;
  schema: DatabaseSchema;
  /** Build the schema from the entities instead of the migrations (development only). */
  synchronize: boolean;
  /** Where another process brings the schema up to date: resolves when it has. @throws the signal's reason */
  schemaIsReady?: (signal: AbortSignal) => Promise<unknown>;
}

/** What is connected once the database can be used. */
export type Connections = Pick<DataSource, 'isInitialized' | 'destroy'> & {
  initialize(): Promise<unknown>;
};

/** Connects to the database in the background, for as long as that takes, and brings its schema up to date. */
export class DatabaseConnector implements OnModuleInit, OnApplicationShutdown {
  /** Resolves when requests can be served. Rejects with DatabaseUnusable if this database never can. */
  readonly connected: Promise<void>;
  /** Resolves when the first attempt has succeeded or failed: whether it has succeeded. */
  readonly firstAttempt: Promise<boolean>;
  private readonly logger = new Logger('Database');
  private readonly ending = new AbortController();
  private begin!: () => void;
  private attempted!: (succeeded: boolean) => void;
  private lastReason = '';
  private lastSaidAt = 0;

  constructor(
    private readonly dataSource: Connections,
    private readonly options: ConnectorOptions,
  ) {
    this.firstAttempt = new Promise((resolve) => (this.attempted = resolve));
    this.connected = new Promise<void>((resolve) => (this.begin = resolve)).then(() =>
      this.connect(),
    );
    // Who waits for it hears of a failure; that nobody does is no reason to end the process.
    this.connected.catch(() => undefined);
  }

  onModuleInit(): void {
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ending.abort();
    this.begin();
    await this.connected.catch(() => undefined);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async connect(): Promise<void> {
    const { signal } = this.ending;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted && !(await this.attempt())) {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** @throws DatabaseUnusable */
  private async attempt(): Promise<boolean> {
    const { url, schema, synchronize, schemaIsReady } = this.options;
    try {
      const ran = schemaIsReady
        ? await schemaIsReady(this.ending.signal).then(() => [])
        : await migrate(url, schema, synchronize);
      if (ran.length > 0) this.logger.log(`ran ${ran.join(', ')}`);
      await this.dataSource.initialize();
      if (this.lastReason !== '') this.logger.log('The database can be used now.');
      this.attempted(true);
      return true;
    } catch (error) {
      this.attempted(false);
      if (error instanceof DatabaseUnusable) throw error;
      this.report(reasonOf(error));
      return false;
    }
  }

  private report(reason: string): void {
    const now = Date.now();
    if (reason === this.lastReason && now - this.lastSaidAt < SAY_AGAIN_AFTER_MS) return;
    this.lastReason = reason;
    this.lastSaidAt = now;
    this.logger.warn(`The database cannot be used yet (${reason}): trying again.`);
  }
}
