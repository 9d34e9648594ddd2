import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { PrimaryLine } from '../workers/primary-line.js';
import { ChangeFeed } from './changes/change-feed.js';
import { ConnectingDataSource } from './connecting-data-source.js';
import { type DatabaseSchema, dataSourceOptions } from './data-source-options.js';
import { type ConnectorOptions, DatabaseConnector } from './database-connector.js';
import { DatabaseProbe } from './database-probe.js';
import { PoolMetrics } from './pool-metrics.js';
import { PreparedStatements } from './prepared-statements.js';
import { RepeatableRequests } from './repeatable-requests.js';
import { SCHEMA_IS_READY } from './schema-keeper.js';
import { SoleWorker } from './sole-worker.js';

/** How long a probe waits: shorter than requests, so that readiness tells before they fail. */
const PROBE_PATIENCE_MS = 1_800;

/** The database of the settings, which may come later than the service. */
@Global()
@Module({})
export class DatabaseModule {
  static with(schema: DatabaseSchema): DynamicModule {
    const optionsFrom = (environment: Environment): ConnectorOptions => ({
      url: databaseUrlOf(environment),
      schema,
      synchronize: environment.nodeEnv === 'development',
    });
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Environment],
          useFactory: (environment: Environment) => ({
            ...dataSourceOptions(databaseUrlOf(environment), schema, {
              poolSize: environment.databasePoolSize,
              deadlineMs: environment.databaseDeadlineMs,
              lockTimeoutMs: environment.lockTimeoutMs,
            }),
            // DatabaseConnector does it, for as long as it takes.
            manualInitialization: true,
          }),
          dataSourceFactory: (options) => {
            if (!options) throw new Error('There are no options for the database.');
            return Promise.resolve(new ConnectingDataSource(options));
          },
        }),
      ],
      providers: [
        PoolMetrics,
        PreparedStatements,
        RepeatableRequests,
        SoleWorker,
        {
          provide: DatabaseConnector,
          inject: [DataSource, Environment, { token: PrimaryLine, optional: true }],
          useFactory: (dataSource: DataSource, environment: Environment, line?: PrimaryLine) =>
            new DatabaseConnector(dataSource, {
              ...optionsFrom(environment),
              ...(line && {
                schemaIsReady: (signal: AbortSignal) => line.ask(SCHEMA_IS_READY, null, signal),
              }),
            }),
        },
        {
          provide: ChangeFeed,
          inject: [DatabaseConnector, Environment],
          useFactory: (connector: DatabaseConnector, environment: Environment) =>
            new ChangeFeed(databaseUrlOf(environment), connector),
        },
        {
          provide: DatabaseProbe,
          inject: [DataSource, Environment],
          useFactory: (dataSource: DataSource, environment: Environment) =>
            new DatabaseProbe(dataSource, optionsFrom(environment), PROBE_PATIENCE_MS),
        },
      ],
      exports: [
        ChangeFeed,
        DatabaseConnector,
        DatabaseProbe,
        PreparedStatements,
        RepeatableRequests,
        SoleWorker,
      ],
    };
  }
}

function databaseUrlOf(environment: Environment): string {
  if (!environment.databaseUrl)
    throw new Error('DATABASE_URL is not set and no database was started.');
  return environment.databaseUrl;
}
