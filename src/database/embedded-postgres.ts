import { access, chmod, constants, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import { openDataDirectory } from './embedded/data-directory.js';
import { InstanceLock } from './embedded/instance-lock.js';
import { openLog, readOrMakePassword } from './embedded/kept-files.js';
import { stopLeftoverPostmaster } from './embedded/leftover-postmaster.js';
import { chooseAccount } from './embedded/postgres-account.js';
import { locateBinaries } from './embedded/postgres-binaries.js';
import { findFreePort, type ServerSettings, startServer } from './embedded/postgres-server.js';
import type { WatchedCommand } from './embedded/postgres-watchdog.js';

/** How long data may stay locked by a PostgreSQL that is shutting down. */
const LOCK_PATIENCE_MS = 10_000;
const PORT_ATTEMPTS = 10;
const RESTART_PAUSE_MS = 1_000;
/** PostgreSQL's own default. */
const USUAL_CONNECTIONS = 100;

export interface EmbeddedPostgresOptions {
  /** Holds the data, the password and the log. Made when missing; nothing else should lie in it. */
  directory: string;
  /** Receives a sentence whenever something happens that a person may want to know. */
  log: (message: string) => void;
  /** Created when missing. Default `loupe`. */
  database?: string;
  /** False makes it quicker and lets a power cut destroy the data: for tests. Default true. */
  durable?: boolean;
  /** How many connections there may be at least. Default 100. */
  connections?: number;
}

/**
 * A PostgreSQL of our own, for machines that have none: the programs come from npm, the server
 * listens on a free port of 127.0.0.1 only, and it ends when this process does, however that dies.
 *
 * Should the server crash, it is started again on the same port with the same data.
 */
export class EmbeddedPostgres {
  readonly dataDirectory: string;
  readonly logFile: string;
  private readonly supervision: Promise<void>;
  private stopped: Promise<void> | undefined;

  private constructor(
    /** Where to connect, as the superuser `loupe`: contains the password. */
    readonly url: string,
    private readonly settings: ServerSettings,
    private readonly lock: InstanceLock,
    private readonly port: number,
    private server: WatchedCommand,
    private readonly log: (message: string) => void,
  ) {
    this.dataDirectory = settings.dataDirectory;
    this.logFile = settings.logFile;
    this.supervision = this.supervise();
  }

  /**
   * Starts the server on the data of a directory, which are created on first use.
   *
   * @throws EmbeddedPostgresError when that cannot work; its message is for the person in front of it.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const directory = await openDirectory(options.directory);
    const lock = await InstanceLock.acquire(join(directory, 'owner.pid'), directory);
    try {
      const settings = await prepareServer(directory, options);
      const { server, port } = await startOnFreePort(settings);
      const database = options.database ?? 'loupe';
      const urlOf = (name: string) =>
        `postgresql://loupe:${settings.password}@127.0.0.1:${port}/${encodeURIComponent(name)}`;
      const instance = new EmbeddedPostgres(
        urlOf(database),
        settings,
        lock,
        port,
        server,
        options.log,
      );
      await createDatabase(urlOf('postgres'), database).catch(async (error: unknown) => {
        await instance.stop();
        throw error;
      });
      return instance;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Disconnects the clients, writes everything down and ends the server. Safe to call twice. */
  stop(): Promise<void> {
    this.stopped ??= this.shutDown();
    return this.stopped;
  }

  private async shutDown(): Promise<void> {
    this.server.end();
    await this.supervision;
    await this.lock.release();
  }

  private shouldStop(): boolean {
    return this.stopped !== undefined;
  }

  private async supervise(): Promise<void> {
    for (;;) {
      const ending = await this.server.ended;
      if (this.shouldStop()) return;
      this.log(
        `PostgreSQL ended unexpectedly (${ending ?? 'without an error'}) and is being started ` +
          `again. Its log is ${this.logFile}.`,
      );
      await this.restart();
      // stop() may have come while there was no server it could have ended.
      if (this.shouldStop()) this.server.end();
      else this.log('PostgreSQL accepts connections again.');
    }
  }

  private async restart(): Promise<void> {
    let lastReason = '';
    while (!this.shouldStop()) {
      const startedAt = Date.now();
      const outcome = await startServer(this.settings, this.port);
      if (outcome.state === 'ready') {
        this.server = outcome.server;
        return;
      }
      if (outcome.state === 'locked') await stopLeftoverPostmaster(this.dataDirectory, 'SIGINT');
      if (outcome.reason !== lastReason) this.log(`PostgreSQL did not start: ${outcome.reason}.`);
      lastReason = outcome.reason;
      await sleep(Math.max(0, startedAt + RESTART_PAUSE_MS - Date.now()));
    }
  }
}

/** Makes the directory if need be, and says in a sentence why when that fails. */
async function openDirectory(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
    const path = await realpath(directory);
    await access(path, constants.W_OK);
    const { uid, mode } = await stat(path);
    // PostgreSQL, not being root, has to pass through; what is private in here says so itself.
    if (uid === 0) await chmod(path, (mode & 0o777) | 0o011);
    return path;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The database needs the folder ${directory}: ${(error as Error).message}. Name another ` +
        'place with DATA_DIR.',
    );
  }
}

async function prepareServer(
  directory: string,
  { log, durable = true, connections = 0 }: EmbeddedPostgresOptions,
): Promise<ServerSettings> {
  const account = await chooseAccount([join(directory, 'data'), directory]);
  const binaries = await locateBinaries(account, log);
  const logFile = await openLog(directory);
  const password = await readOrMakePassword(directory);
  const context = { directory, account, binaries, logFile, password, durable, log };
  const dataDirectory = await openDataDirectory(context);
  return {
    ...{ postgres: binaries.postgres, dataDirectory, account, logFile, password, durable },
    connections: Math.max(connections, USUAL_CONNECTIONS),
  };
}

async function startOnFreePort(
  settings: ServerSettings,
): Promise<{ server: WatchedCommand; port: number }> {
  const begin = Date.now();
  let portsTried = 0;
  for (;;) {
    const port = await findFreePort();
    const outcome = await startServer(settings, port);
    if (outcome.state === 'ready') return { server: outcome.server, port };
    const waitedMs = Date.now() - begin;
    if (outcome.state === 'port-taken' && ++portsTried < PORT_ATTEMPTS) continue;
    if (outcome.state === 'locked' && waitedMs < LOCK_PATIENCE_MS) {
      const isPatient = waitedMs < LOCK_PATIENCE_MS / 2;
      await stopLeftoverPostmaster(settings.dataDirectory, isPatient ? 'SIGINT' : 'SIGQUIT');
      await sleep(200);
      continue;
    }
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL did not start: ${outcome.reason}. Its log is ${settings.logFile}.`,
    );
  }
}

async function createDatabase(adminUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      database,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
