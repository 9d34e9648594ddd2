import type { DatabaseSchema } from './data-source-options.js';
import { DatabaseUnusable } from './database-connection.errors.js';

const OLDEST_MAJOR = 14;

/** Asks one question of a database. */
export type Ask = <R>(sql: string, parameters?: unknown[]) => Promise<R[]>;

/**
 * Looks at what no amount of waiting can change.
 * @throws DatabaseUnusable when the service cannot work with this database
 */
export async function assertUsable(ask: Ask, schema: DatabaseSchema): Promise<void> {
  const [server] = await ask<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  );
  if (!server) throw new Error('The database does not tell its version.');
  const { version, encoding } = server;
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_MAJOR)
    throw new DatabaseUnusable(
      `The database runs on PostgreSQL ${major}, and Loupe needs ${OLDEST_MAJOR} or newer: upgrade the server, or name another one with DATABASE_URL.`,
    );
  if (encoding !== 'UTF8')
    throw new DatabaseUnusable(
      `The database is encoded in ${encoding}, and Loupe needs UTF8: create one with ENCODING 'UTF8' TEMPLATE template0 and name it with DATABASE_URL.`,
    );
  const [newer] = await migrationsAfter(ask, newestMigration(schema));
  if (newer !== undefined)
    throw new DatabaseUnusable(
      `The schema of the database was made by a newer version of Loupe (${newer}): start that version, or one that is newer still.`,
    );
}

/** The name of the last migration that this version knows. */
export function newestMigration({ migrations }: DatabaseSchema): string {
  const names = migrations.map(({ name }) => name);
  return names.reduce((newest, name) => (timeOf(name) > timeOf(newest) ? name : newest));
}

async function migrationsAfter(ask: Ask, known: string): Promise<string[]> {
  const [found] = await ask<{ table: string | null }>(
    `SELECT to_regclass('migrations') AS "table"`,
  );
  if (!found?.table) return [];
  const rows = await ask<{ name: string }>(
    'SELECT name FROM migrations WHERE timestamp > $1 ORDER BY timestamp DESC',
    [timeOf(known)],
  );
  return rows.map(({ name }) => name);
}

/** TypeORM orders migrations by the milliseconds at the end of their names. */
function timeOf(migration: string): number {
  return Number(migration.slice(-13));
}
