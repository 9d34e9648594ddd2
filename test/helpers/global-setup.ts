import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import type * as Embedded from '../../src/database/embedded-postgres.js';
import type * as Migrate from '../../src/database/migrate.js';
import type * as Schema from '../../src/schema.js';

const DIRECTORY_PREFIX = 'loupe-test-';
const DAY_MS = 86_400_000;

declare global {
  /** Undoes the setup: jest runs both files in the same process. */
  var endTestServer: (() => Promise<void>) | undefined;
}

/**
 * Gives the e2e specs a PostgreSQL server and on it a template database with the newest schema,
 * of which `createTestDatabase` makes a copy for each spec file.
 *
 * The server is an embedded one in a temporary directory, or the one of TEST_DATABASE_URL.
 */
export default async function setUp(_: unknown, { rootDir }: { rootDir: string }): Promise<void> {
  const dist = join(rootDir, 'dist');
  const server = await openServer(dist, rootDir);
  const run = randomBytes(4).toString('hex');
  const template = `loupe_test_template_${run}`;
  globalThis.endTestServer = async () => {
    await dropDatabases(server.url, run);
    await server.end();
  };
  try {
    await withClient(server.url, (client) => client.query(`CREATE DATABASE ${template}`));
    await runMigrations(dist, withDatabase(server.url, template));
  } catch (error) {
    // After a failed setup jest skips the teardown.
    await globalThis.endTestServer();
    throw error;
  }
  process.env.LOUPE_TEST_ADMIN_URL = server.url;
  process.env.LOUPE_TEST_TEMPLATE = template;
}

async function openServer(
  dist: string,
  rootDir: string,
): Promise<{ url: string; end(): Promise<void> }> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) {
    refuseRealDatabase(external, rootDir);
    return { url: external, end: () => Promise.resolve() };
  }
  await removeLeftovers();
  const { EmbeddedPostgres } = (await importFrom(
    dist,
    'src/database/embedded-postgres.js',
  )) as typeof Embedded;
  const directory = await mkdtemp(join(tmpdir(), `${DIRECTORY_PREFIX}${process.pid}-`));
  const postgres = await EmbeddedPostgres.start({
    directory,
    database: 'loupe_test',
    durable: false,
    log: (message) => process.stderr.write(`${message}\n`),
  });
  return {
    url: postgres.url,
    end: async () => {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
      // Run by root from a temporary directory that is private, the data lie elsewhere.
      if (!postgres.dataDirectory.startsWith(directory)) {
        await rm(dirname(postgres.dataDirectory), { recursive: true, force: true });
      }
    },
  };
}

/** A slip of copy and paste must not let the tests at somebody's data. */
function refuseRealDatabase(testUrl: string, rootDir: string): void {
  const settings = join(rootDir, '.env');
  const fromFile = existsSync(settings) ? parseEnv(readFileSync(settings, 'utf8')) : {};
  for (const realUrl of [process.env.DATABASE_URL, fromFile.DATABASE_URL]) {
    if (realUrl && addressOf(realUrl) === addressOf(testUrl)) {
      throw new Error(
        'TEST_DATABASE_URL names the same database as DATABASE_URL. Tests create and drop ' +
          'databases: name another database, or unset it to test on an embedded PostgreSQL.',
      );
    }
  }
}

/** Which database a URL means, however it is spelled. */
function addressOf(databaseUrl: string): string {
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const host = ['localhost', '127.0.0.1', '[::1]', ''].includes(hostname) ? 'localhost' : hostname;
  const database = decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username);
  return `${host}:${port || '5432'}/${database}`;
}

/** Directories of runs that were killed; those of living ones are younger than a day. */
async function removeLeftovers(): Promise<void> {
  const entries = await readdir(tmpdir());
  for (const name of entries.filter((entry) => entry.startsWith(DIRECTORY_PREFIX))) {
    const path = join(tmpdir(), name);
    const found = await stat(path).catch(() => undefined);
    const isOurs = found?.isDirectory() && found.uid === process.getuid?.();
    const isOver = found && (isGone(name) || Date.now() - found.mtimeMs > DAY_MS);
    if (isOurs && isOver) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether the process named in a directory's name has ended. */
function isGone(name: string): boolean {
  const pid = Number.parseInt(name.slice(DIRECTORY_PREFIX.length), 10);
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function runMigrations(dist: string, url: string): Promise<void> {
  const { migrate } = (await importFrom(dist, 'src/database/migrate.js')) as typeof Migrate;
  const { SCHEMA } = (await importFrom(dist, 'src/schema.js')) as typeof Schema;
  await migrate(url, SCHEMA);
}

/** Only what this run created: the server may be shared. */
async function dropDatabases(url: string, run: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datname = ANY($1) OR starts_with(datname, $2)',
      [[`loupe_test_template_${run}`], `loupe_test_${run}_`],
    );
    for (const { datname } of rows) {
      await client.query(
        `DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`,
      );
    }
  });
}

async function withClient(
  url: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/**
 * The compiled service, like in the specs; jest maps no module names for this file. A path and not a
 * URL, because jest translates this file to CommonJS, where `import` becomes `require`.
 */
async function importFrom(dist: string, file: string): Promise<unknown> {
  return import(join(dist, file));
}
