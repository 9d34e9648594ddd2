import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startNode } from '../../scripts/foreground.mjs';
import { NODE_ARGUMENTS, runtimeEnvironment } from '../../scripts/runtime.mjs';
import { memoryMb } from './process-usage.mjs';

const ROOT = dirname(dirname(import.meta.dirname));
const START_MS = 60_000;
const END_MS = 15_000;
/** The last one is run.mjs going away. */
const STOP_EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'];

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */
/** @typedef {{ name: string, pid: number, port: number, dataDir: string }} Server */

/**
 * Everything that one question needs, in a temporary directory: an embedded PostgreSQL, services,
 * bare handlers. All of it is ended by its pid and removed in the end, also after Ctrl-C.
 *
 * @template T
 * @param {(laboratory: Laboratory) => Promise<T>} work
 * @param {{ profileDir?: string }} [options] where the services leave a `--cpu-prof`
 * @returns {Promise<T>}
 */
export async function inLaboratory(work, { profileDir } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'loupe-bench-'));
  // PostgreSQL does not run as root: its account has to pass through.
  await chmod(directory, 0o711);
  const laboratory = new Laboratory(directory, profileDir);
  const stop = () => void laboratory.close().finally(() => process.exit(130));
  for (const event of STOP_EVENTS) process.once(event, stop);
  try {
    return await work(laboratory);
  } finally {
    await laboratory.close();
    for (const event of STOP_EVENTS) process.off(event, stop);
  }
}

export class Laboratory {
  /** @type {(() => Promise<unknown>)[]} */
  #undo = [];
  /** @type {Promise<void> | undefined} */
  #closed;
  /** @type {number[]} */
  #services = [];

  /** @param {string} directory @param {string} [profileDir] */
  constructor(directory, profileDir) {
    this.directory = directory;
    this.profileDir = profileDir;
    this.#undo.push(() => rm(directory, { recursive: true, force: true }));
  }

  /**
   * Starts PostgreSQL, as durable as the service has it, and connects to it.
   *
   * @param {string} [name] of its folder, where there are several
   */
  async openDatabase(name = 'postgres') {
    const { EmbeddedPostgres } = await import(
      join(ROOT, 'dist', 'src', 'database', 'embedded-postgres.js')
    );
    const postgres = await EmbeddedPostgres.start({
      directory: join(this.directory, name),
      log: (/** @type {string} */ message) => process.stderr.write(`${message}\n`),
    });
    // For root the data may lie elsewhere: see EmbeddedPostgres.
    if (!postgres.dataDirectory.startsWith(this.directory))
      this.#undo.push(() => rm(dirname(postgres.dataDirectory), { recursive: true, force: true }));
    this.#undo.push(() => postgres.stop());
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    this.#undo.push(() => client.end());
    return { url: /** @type {string} */ (postgres.url), logFile: postgres.logFile, client };
  }

  /**
   * Starts the service on a database and a DATA_DIR of its own, and waits until it listens.
   *
   * @param {string} databaseUrl
   * @param {Record<string, string>} [settings] such as LOG_LEVEL
   * @returns {Promise<Server>}
   */
  async startService(databaseUrl, settings = {}) {
    const { LOG_LEVEL = 'info' } = settings;
    const dataDir = join(this.directory, `service-${randomUUID()}`);
    // A file takes the log: a pipe would have this process, which makes the load, read it.
    const output = await open(`${dataDir}.log`, 'w');
    const profile = this.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${this.profileDir}`] : [];
    const child = startNode([...NODE_ARGUMENTS, ...profile, join(ROOT, 'dist', 'src', 'main.js')], {
      cwd: this.directory,
      stdio: ['ignore', output.fd, 'inherit', 'ipc'],
      env: {
        ...runtimeEnvironment({ PATH: process.env.PATH }),
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: dataDir,
        DATABASE_URL: databaseUrl,
        ...settings,
      },
    });
    this.#endLater(child);
    this.#services.push(pidOf(child));
    await output.close();
    const port = await announcedPort(child, `${dataDir}.log`);
    return { name: `service, LOG_LEVEL=${LOG_LEVEL}`, pid: pidOf(child), port, dataDir };
  }

  /**
   * Starts a file of contenders/ and waits until it is ready.
   *
   * @param {string} file as seen from contenders/
   * @param {unknown} order what it is to do: it gets this as its first message
   * @returns {Promise<{ child: ChildProcess, pid: number, ready: any }>} with its answer
   */
  async startContender(file, order) {
    const child = startNode([join(ROOT, 'bench', 'contenders', file)]);
    this.#endLater(child);
    child.send(/** @type {import('node:child_process').Serializable} */ (order));
    return { child, pid: pidOf(child), ready: await answerOf(child) };
  }

  /** The most memory that any of the services had, which all still run: see memoryMb. */
  async highestServiceMb() {
    const memories = await Promise.all(this.#services.map(memoryMb));
    return Math.max(0, ...memories.map(({ peak }) => peak));
  }

  /** Ends everything that was started, the last first. */
  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close() {
    for (const undo of this.#undo.reverse()) {
      await undo().catch((/** @type {unknown} */ error) => console.error(error));
    }
  }

  /** @param {ChildProcess} child */
  #endLater(child) {
    this.#undo.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      if (await Promise.race([ended, sleep(END_MS, undefined, { ref: false })])) return;
      child.kill('SIGKILL');
      await ended;
    });
  }
}

/**
 * The next message of a child, which fails if it ends instead.
 *
 * @param {ChildProcess} child
 */
export async function answerOf(child) {
  const giveUp = new AbortController();
  const { signal } = giveUp;
  try {
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error(`${child.spawnargs.at(-1)} ended unexpectedly.`);
    });
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended]);
    return answer;
  } finally {
    giveUp.abort();
  }
}

/** @param {ChildProcess} child @param {string} logFile */
async function announcedPort(child, logFile) {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(50)) {
    const log = await readFile(logFile, 'utf8');
    const port = /listens on http:\/\/[^\s/]+:(\d+)/.exec(log)?.[1];
    if (port) return Number(port);
    if (child.exitCode !== null) throw new Error(`The service did not start:\n${log}`);
  }
  throw new Error('The service did not start in time.');
}

/** @param {ChildProcess} child */
function pidOf({ pid }) {
  if (pid === undefined) throw new Error('A process could not be started.');
  return pid;
}
