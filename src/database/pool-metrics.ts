import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Metrics } from '../metrics/metrics.js';

/** How the connections of requests are used. */
@Injectable()
export class PoolMetrics {
  constructor(metrics: Metrics, dataSource: DataSource) {
    // There is none before the service has connected.
    const pool = () =>
      dataSource.isInitialized
        ? ((dataSource.driver as PostgresDriver).master as pg.Pool)
        : { totalCount: 0, idleCount: 0, waitingCount: 0 };
    metrics.gauge({
      name: 'loupe_database_connections',
      help: 'Connections to PostgreSQL that requests use, by whether one uses them now; at most DATABASE_POOL_SIZE.',
      label: 'state',
      read: () => {
        const { totalCount, idleCount } = pool();
        return { busy: totalCount - idleCount, idle: idleCount };
      },
    });
    metrics.gauge({
      name: 'loupe_database_waiting',
      help: 'Statements that wait for a connection.',
      read: () => pool().waitingCount,
    });
  }
}
