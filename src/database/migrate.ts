import { DataSource } from 'typeorm';
import { type DatabaseSchema, dataSourceOptions } from './data-source-options.js';
import { assertUsable } from './database-requirements.js';

// Any number will do, as long as every copy of the service uses the same one.
const MIGRATION_LOCK = 7_368_013;

/**
 * Brings the database at `url` to the newest schema; copies of the service that start together wait for
 * each other.
 * @param fromEntities build the schema from the entities instead of the migrations (development only)
 * @returns the names of the migrations that ran
 * @throws DatabaseUnusable when the service can never work with it
 */
export async function migrate(
  url: string,
  schema: DatabaseSchema,
  fromEntities = false,
): Promise<string[]> {
  const dataSource = await new DataSource(dataSourceOptions(url, schema)).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await assertUsable((sql, parameters) => lock.query(sql, parameters), schema);
      if (fromEntities) {
        await synchronize(dataSource, schema);
        return [];
      }
      return (await dataSource.runMigrations()).map(({ name }) => name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

/** Builds the schema from the entities, and what they cannot say. */
export async function synchronize(dataSource: DataSource, schema: DatabaseSchema): Promise<void> {
  const { remove, make } = schema.beyondEntities;
  for (const statement of remove) await dataSource.query(statement);
  await dataSource.synchronize();
  for (const statement of make) await dataSource.query(statement);
}
