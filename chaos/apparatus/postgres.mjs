import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { childrenOf, endChild, hasEnded } from './processes.mjs';
import { ROOT } from './workshop.mjs';

const START_MS = 60_000;
const END_MS = 10_000;
const execute = promisify(execFile);

/**
 * A PostgreSQL that the service knows only by its address: nobody starts it again but we. The programs are
 * those of the embedded one; run by root, it runs as an ordinary user.
 */
export class OwnPostgres {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #server;

  /** @param {import('./workshop.mjs').Workshop} workshop @returns {Promise<OwnPostgres>} running, with an empty database `loupe` */
  static async create(workshop) {
    const embedded = join(ROOT, 'dist', 'src', 'database', 'embedded');
    const { chooseAccount } = await import(join(embedded, 'postgres-account.js'));
    const { locateBinaries } = await import(join(embedded, 'postgres-binaries.js'));
    const account = await chooseAccount([]);
    const programs = await locateBinaries(account, () => undefined);
    const folder = join(workshop.folder, 'postgres');
    const postgres = new OwnPostgres(folder, account, programs, await freePort());
    await postgres.#initialise();
    workshop.later(() => postgres.stop());
    await postgres.start();
    await postgres.ask('postgres', 'CREATE DATABASE loupe');
    return postgres;
  }

  /**
   * @param {string} folder
   * @param {{ uid?: number, gid?: number }} account
   * @param {{ postgres: string, initdb: string }} programs
   * @param {number} port
   */
  constructor(folder, account, programs, port) {
    this.folder = folder;
    this.account = account;
    this.programs = programs;
    this.port = port;
    this.password = randomBytes(16).toString('hex');
  }

  /** @param {number} [port] another one leads through a proxy */
  url(port = this.port, database = 'loupe') {
    return `postgresql://loupe:${this.password}@127.0.0.1:${port}/${database}`;
  }

  /** Starts it and waits until it accepts connections. */
  async start() {
    const data = join(this.folder, 'data');
    const log = await open(join(this.folder, 'postgres.log'), 'a');
    const options = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories='];
    this.#server = spawn(
      this.programs.postgres,
      ['-D', data, ...options.flatMap((option) => ['-c', option])],
      {
        ...this.account,
        cwd: data,
        env: { LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    await log.close();
    for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(10)) {
      if (await this.accepts()) return;
      if (hasEnded(this.#server)) break;
    }
    const said = await readFile(join(this.folder, 'postgres.log'), 'utf8');
    throw new Error(`PostgreSQL did not start:\n${said.slice(-2000)}`);
  }

  async accepts() {
    return this.ask('postgres', 'SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Kills it with all of its processes, as a kernel without memory would. */
  async kill() {
    const server = this.#server;
    if (!server?.pid || hasEnded(server)) return;
    const ended = once(server, 'exit');
    const children = await childrenOf(server.pid);
    server.kill('SIGKILL');
    // Those it started meanwhile notice by themselves that it is gone.
    for (const pid of children) killIfThere(pid);
    await ended;
  }

  async stop() {
    if (this.#server) await endChild(this.#server, 'SIGINT', END_MS);
  }

  /** Runs one statement on a connection of its own. @param {string} database @param {string} sql @param {unknown[]} [values] */
  async ask(database, sql, values) {
    return askDatabase(this.url(this.port, database), sql, values);
  }

  async #initialise() {
    await mkdir(this.folder);
    await chmod(this.folder, 0o711);
    const data = join(this.folder, 'data');
    const password = join(this.folder, 'password');
    await mkdir(data, { mode: 0o700 });
    await writeFile(password, this.password, { mode: 0o600 });
    const { uid, gid } = this.account;
    if (uid !== undefined && gid !== undefined)
      for (const file of [data, password]) await chown(file, uid, gid);
    const settings = ['--username=loupe', `--pwfile=${password}`, '--auth=scram-sha-256'];
    await execute(
      this.programs.initdb,
      [`--pgdata=${data}`, ...settings, '--encoding=UTF8', '--locale=C'],
      { ...this.account, cwd: data, env: { LC_ALL: 'C', TZ: 'UTC' } },
    );
  }
}

/** @param {string} url @param {string} sql @param {unknown[]} [values] @returns {Promise<any[]>} */
export async function askDatabase(url, sql, values) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The address of the embedded PostgreSQL of a running service. @param {string} dataDir */
export async function embeddedUrl(dataDir) {
  const folder = join(dataDir, 'postgres');
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  // The fourth line: https://www.postgresql.org/docs/current/storage-file-layout.html
  const port = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3];
  return `postgresql://loupe:${password}@127.0.0.1:${port}/loupe`;
}

/** A port that is free on 127.0.0.1 at this moment. */
export async function freePort() {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** @param {number} pid */
function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
