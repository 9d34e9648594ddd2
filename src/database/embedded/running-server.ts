import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from '../embedded-postgres.errors.js';
import { lockOwnerOf } from './instance-lock.js';

/** A first start makes the data, and one after a crash repeats what was written. */
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 200;

/**
 * Where the PostgreSQL is reached that another process has started on this directory; one that is
 * starting is waited for.
 *
 * @returns undefined when no living process has the directory
 * @throws EmbeddedPostgresError when it cannot be reached; the message is for the person in front of it
 */
export async function addressOfRunningServer(
  directory: string,
  database = 'loupe',
): Promise<string | undefined> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const owner = await lockOwnerOf(join(directory, 'owner.pid'));
    if (owner === undefined) return undefined;
    const address = await writtenAddress(directory, database);
    if (address !== undefined && (await answers(address))) return address;
    if (Date.now() > deadline)
      throw new EmbeddedPostgresError(
        `The database in ${directory} belongs to the process ${owner}, and does not answer.`,
      );
    await sleep(LOOK_EVERY_MS);
  }
}

/** As far as it is written down already: the port is the fourth line of PostgreSQL's own lock file. */
async function writtenAddress(directory: string, database: string): Promise<string | undefined> {
  const password = await readOwn(join(directory, 'password'));
  const lock = await readOwn(join(directory, 'data', 'postmaster.pid'));
  const port = lock?.split('\n')[3];
  if (password === undefined || port === undefined || !/^\d+$/.test(port)) return undefined;
  return `postgresql://loupe:${password.trim()}@127.0.0.1:${port}/${database}`;
}

async function readOwn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'EACCES') throw error;
    throw new EmbeddedPostgresError(
      `${file} cannot be read: run this as the user who runs the service, or as root.`,
    );
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
