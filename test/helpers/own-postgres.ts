import { chmod, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openDataDirectory } from '../../src/database/embedded/data-directory.js';
import { openLog, readOrMakePassword } from '../../src/database/embedded/kept-files.js';
import { stopLeftoverPostmaster } from '../../src/database/embedded/leftover-postmaster.js';
import { type Account, chooseAccount } from '../../src/database/embedded/postgres-account.js';
import { locateBinaries } from '../../src/database/embedded/postgres-binaries.js';
import {
  findFreePort,
  type ServerSettings,
  startServer,
} from '../../src/database/embedded/postgres-server.js';
import type { WatchedCommand } from '../../src/database/embedded/postgres-watchdog.js';

const START_PATIENCE_MS = 20_000;

/**
 * A PostgreSQL that belongs to one spec alone, to be killed, stopped and started again at the same
 * address. It ends with the process that started it, however that ends.
 */
export class OwnPostgres {
  private server: WatchedCommand | undefined;

  private constructor(
    private readonly directory: string,
    private readonly settings: ServerSettings,
    readonly port: number,
  ) {}

  /**
   * Makes the data and starts the server.
   * @param durable true: as in operation, with fsync, which a spec about kept data needs
   */
  static async start({ durable = false } = {}): Promise<OwnPostgres> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'loupe-own-postgres-')));
    await chmod(directory, 0o711);
    const log = () => undefined;
    const account = await chooseAccount([directory]);
    const binaries = await locateBinaries(account, log);
    const logFile = await openLog(directory);
    const password = await readOrMakePassword(directory);
    const context = { directory, account, binaries, logFile, password, durable, log };
    const dataDirectory = await openDataDirectory(context);
    const settings = {
      postgres: binaries.postgres,
      dataDirectory,
      account,
      logFile,
      password,
      durable,
      connections: 100,
    };
    const own = new OwnPostgres(directory, settings, await findFreePort());
    await own.startAgain();
    return own;
  }

  /** The user it runs as, for folders that it is to write to. */
  get account(): Account {
    return this.settings.account;
  }

  /** Where to connect as the superuser. @param through the port of a proxy in front of it */
  url(database = 'postgres', through = this.port): string {
    return `postgresql://loupe:${this.settings.password}@127.0.0.1:${through}/${database}`;
  }

  /** Creates a database. @param options of CREATE DATABASE @returns its name */
  async createDatabase(name: string, options = ''): Promise<string> {
    await this.query(`CREATE DATABASE ${name} ${options}`);
    return name;
  }

  /** Asks the server itself, past any proxy. */
  async query<R extends pg.QueryResultRow>(sql: string, database?: string): Promise<R[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<R>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts the server after `stop` or `kill`; returns when it accepts connections. */
  async startAgain(): Promise<void> {
    const deadline = Date.now() + START_PATIENCE_MS;
    for (;;) {
      const outcome = await startServer(this.settings, this.port);
      if (outcome.state === 'ready') {
        this.server = outcome.server;
        return;
      }
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${outcome.reason}`);
      if (outcome.state === 'locked')
        await stopLeftoverPostmaster(this.settings.dataDirectory, 'SIGQUIT');
      await sleep(50);
    }
  }

  /** Ends the server as an operator does: its clients are told (57P01) and disconnected. */
  async stop(): Promise<void> {
    this.server?.end();
    await this.server?.ended;
  }

  /** kill -9 of the server and of every process of its. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL');
    await this.server?.ended;
  }

  /** Stops every process of the server where it is (SIGSTOP): connections stay open, nothing answers. */
  suspend(): Promise<void> {
    return this.signal('SIGSTOP');
  }

  /** Lets a suspended server go on. */
  resume(): Promise<void> {
    return this.signal('SIGCONT');
  }

  /** Ends the server, whatever state it is in, and removes its data. */
  async remove(): Promise<void> {
    await this.resume().catch(() => undefined);
    await this.stop();
    // Run by root from a temporary directory that is private, the data lie elsewhere.
    const { dataDirectory } = this.settings;
    if (!dataDirectory.startsWith(this.directory))
      await rm(dirname(dataDirectory), { recursive: true, force: true });
    await rm(this.directory, { recursive: true, force: true });
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const lockFile = join(this.settings.dataDirectory, 'postmaster.pid');
    const postmaster = Number.parseInt(await readFile(lockFile, 'utf8'), 10);
    // The postmaster first: it can start no further process then.
    process.kill(postmaster, signal);
    for (const child of await childrenOf(postmaster)) {
      try {
        process.kill(child, signal);
      } catch {
        // It has ended in the meantime.
      }
    }
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // "pid (name) state ppid …": the name may hold spaces and parentheses.
    const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(ppid) === parent ? [Number(pid)] : [];
  });
  return (await Promise.all(found)).flat();
}
