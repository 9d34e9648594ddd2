import { Injectable } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** One for each kind of work; any numbers will do, as long as every copy of the service uses the same. */
export const UPKEEP_LOCK = 7_368_015;

// Work behind the scenes may take longer than a request, and is not worth waiting for.
const STATEMENT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 2_000;

/** Does work that one copy of the service is enough for. */
@Injectable()
export class SoleWorker {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Does something unless another copy is at it already. It gets connections of its own: requests never
   * wait for them.
   * @param lock the kind of work
   * @returns undefined when another copy is at it
   */
  async run<T>(lock: number, work: (dataSource: DataSource) => Promise<T>): Promise<T | undefined> {
    const dataSource = await new DataSource(ownConnections(this.dataSource)).initialize();
    try {
      const holder = dataSource.createQueryRunner();
      try {
        const [answer] = await holder.manager.query<{ locked: boolean }[]>(
          'SELECT pg_try_advisory_lock($1) AS locked',
          [lock],
        );
        // The lock ends with the connection, also with one that breaks: then two may be at it for a while,
        // which every kind of work must bear.
        return answer?.locked ? await work(dataSource) : undefined;
      } finally {
        await holder.release();
      }
    } finally {
      await dataSource.destroy();
    }
  }
}

function ownConnections({ options }: DataSource): DataSourceOptions {
  if (options.type !== 'postgres') throw new TypeError('The database is not PostgreSQL.');
  const limits = { max: 2, statement_timeout: STATEMENT_TIMEOUT_MS, lock_timeout: LOCK_TIMEOUT_MS };
  return { ...options, extra: { ...(options.extra as object), ...limits } };
}
