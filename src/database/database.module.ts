import { type DynamicModule, Global, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { type DatabaseSchema, dataSourceOptions } from './data-source-options.js';
import { migrate } from './migrate.js';
import { RepeatableRequests } from './repeatable-requests.js';

/** Connects to the database of the settings, after bringing its schema up to date. */
@Global()
@Module({})
export class DatabaseModule {
  static with(schema: DatabaseSchema): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [RepeatableRequests],
      exports: [RepeatableRequests],
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Environment],
          useFactory: (environment: Environment) => ({
            ...dataSourceOptions(databaseUrlOf(environment), schema, {
              poolSize: environment.databasePoolSize,
              statementTimeoutMs: environment.statementTimeoutMs,
              lockTimeoutMs: environment.lockTimeoutMs,
            }),
            // A database that is started together with the service may take a while to answer.
            retryAttempts: 60,
            retryDelay: 1_000,
            synchronize: environment.nodeEnv === 'development',
          }),
          dataSourceFactory: async (options) => {
            if (options?.type !== 'postgres' || !options.url)
              throw new Error('The database options name no address.');
            const ran = await migrate(options.url, schema, options.synchronize);
            if (ran.length > 0) new Logger('Migrations').log(`ran ${ran.join(', ')}`);
            return new DataSource({ ...options, synchronize: false }).initialize();
          },
        }),
      ],
    };
  }
}

function databaseUrlOf(environment: Environment): string {
  if (!environment.databaseUrl)
    throw new Error('DATABASE_URL is not set and no database was started.');
  return environment.databaseUrl;
}
