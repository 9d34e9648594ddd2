import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EmbeddedPostgres } from './embedded-postgres.js';

// The one process that is to be killed must be a real one, so it runs the compiled class.
const COMPILED = join(process.cwd(), 'dist', 'src', 'database', 'embedded-postgres.js');
const AN_OWNER = `
  const { EmbeddedPostgres } = await import(process.env.CLASS_URL);
  const { url } = await EmbeddedPostgres.start({ directory: process.env.DIRECTORY, log() {}, durable: false });
  console.log(url);
`;

describe('EmbeddedPostgres', () => {
  let directory: string;
  let running: EmbeddedPostgres | undefined;
  let messages: string[];

  beforeAll(async () => {
    // A space, because paths of people's folders have them.
    directory = await mkdtemp(join(tmpdir(), 'loupe embedded-'));
    // And private, as mkdtemp makes it, which root has to open for the user it becomes.
    await chmod(directory, 0o700);
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  async function start(): Promise<EmbeddedPostgres> {
    messages = [];
    running = await EmbeddedPostgres.start({
      directory,
      durable: false,
      log: (message) => messages.push(message),
    });
    return running;
  }

  it('creates a UTF-8 database that sorts the same everywhere, and is closed to the network', async () => {
    const { url } = await start();
    const rows = await query(
      url,
      `SELECT datname, pg_encoding_to_char(encoding) AS encoding, datlocale,
              current_setting('TimeZone') AS timezone, current_setting('listen_addresses') AS hosts,
              current_setting('unix_socket_directories') AS sockets
         FROM pg_database WHERE datname = current_database()`,
    );
    expect(rows).toEqual([
      {
        datname: 'loupe',
        encoding: 'UTF8',
        datlocale: 'C.UTF-8',
        timezone: 'UTC',
        hosts: '127.0.0.1',
        sockets: '',
      },
    ]);
  });

  it('lets nobody in without the password, and keeps that to its owner', async () => {
    const { url } = await start();
    const guess = new URL(url);
    guess.password = 'guess';
    await expect(query(guess.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
  });

  it('finds its data again after a restart', async () => {
    const first = await start();
    await query(first.url, `CREATE TABLE kept AS SELECT 'all of it' AS what`);
    await first.stop();

    const second = await start();
    expect(await query(second.url, 'SELECT what FROM kept')).toEqual([{ what: 'all of it' }]);
  });

  it('tells a second instance on the same directory who is using it', async () => {
    await start();
    await expect(EmbeddedPostgres.start({ directory, log: ignore })).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      message: expect.stringContaining(`process ${process.pid}) is already using the database`),
    });
  });

  it('starts a server that crashed again, on the same port', async () => {
    const { url } = await start();
    process.kill(await postmasterPid(), 'SIGKILL');
    await until(() => messages.includes('PostgreSQL accepts connections again.'));
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('ends PostgreSQL when its owner is killed, and can be started at once', async () => {
    const owner = await startOwner(directory);
    const orphan = await postmasterPid();
    owner.kill('SIGKILL');
    await once(owner, 'exit');

    const { url } = await start();
    expect(await postmasterPid()).not.toBe(orphan);
    expect(isAlive(orphan)).toBe(false);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('ends PostgreSQL within seconds when its owner is killed and nobody comes after', async () => {
    const owner = await startOwner(directory);
    const orphan = await postmasterPid();
    owner.kill('SIGKILL');
    await until(() => !isAlive(orphan));
  });

  it('refuses data of another major version and says how to keep them', async () => {
    await (await start()).stop();
    const versionFile = join(directory, 'data', 'PG_VERSION');
    const version = await readFile(versionFile, 'utf8');
    await writeFile(versionFile, '12\n');
    await expect(EmbeddedPostgres.start({ directory, log: ignore })).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      message: expect.stringMatching(/written by PostgreSQL 12; .* pg_dump, move the folder away/),
    });
    await writeFile(versionFile, version);
  });

  function ignore(): void {
    // These starts are to fail: what they say on the way is not the subject.
  }

  async function postmasterPid(): Promise<number> {
    return Number.parseInt(await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8'), 10);
  }
});

/** Another process that has started PostgreSQL on the directory. */
async function startOwner(directory: string): Promise<ChildProcess> {
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', AN_OWNER], {
    env: { ...process.env, CLASS_URL: pathToFileURL(COMPILED).href, DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = (await once(owner.stdout, 'data')) as [Buffer];
  expect(output.toString()).toMatch(/^postgresql:/);
  return owner;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // A crash reaches idle connections too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('It did not happen within 8 s.');
    await sleep(20);
  }
}
