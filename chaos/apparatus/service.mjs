import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNode } from '../../scripts/foreground.mjs';
import { NODE_ARGUMENTS, runtimeEnvironment } from '../../scripts/runtime.mjs';
import { ask } from './http.mjs';
import { endChild, hasEnded } from './processes.mjs';
import { ROOT } from './workshop.mjs';

const START_MS = 60_000;

/** The compiled service as a process, on one DATA_DIR, started as often as it takes. */
export class Service {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** Where it listens since the last start. */
  port = 0;

  /**
   * @param {import('./workshop.mjs').Workshop} workshop
   * @param {Record<string, string>} [settings] environment variables; DATA_DIR is a folder of the workshop
   *   unless it is one of them
   */
  constructor(workshop, settings = {}) {
    this.dataDir = settings.DATA_DIR ?? join(workshop.folder, 'data');
    this.logFile = join(workshop.folder, 'service.log');
    this.settings = settings;
    workshop.later(() => this.end());
  }

  get pid() {
    if (this.#child?.pid === undefined) throw new Error('The service was not started.');
    return this.#child.pid;
  }

  /** Whether it lives. */
  get lives() {
    return this.#child !== undefined && !hasEnded(this.#child);
  }

  /** Starts the process. @returns {Promise<void>} at once */
  async launch() {
    await mkdir(this.dataDir, { recursive: true });
    const log = await open(this.logFile, 'a');
    this.logStart = (await log.stat()).size;
    this.#child = startNode([...NODE_ARGUMENTS, join(ROOT, 'dist', 'src', 'main.js')], {
      // The working directory of a developer may have a file .env.
      cwd: this.dataDir,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      env: {
        ...runtimeEnvironment({ PATH: process.env.PATH }),
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'warn',
        ...this.settings,
        DATA_DIR: this.dataDir,
      },
    });
    await log.close();
  }

  /** Starts it and waits until it is ready. @returns {Promise<number>} how long that took, in milliseconds */
  async start() {
    const begun = performance.now();
    await this.launch();
    const log = await this.#announced();
    this.port = Number(/listens on http:\/\/[^\s/]+:(\d+)/.exec(log)?.[1]);
    await this.untilReady(START_MS);
    return performance.now() - begun;
  }

  /** @param {number} withinMs @returns {Promise<number>} how long it took, in milliseconds */
  async untilReady(withinMs) {
    const begun = performance.now();
    for (; performance.now() - begun < withinMs; await sleep(10)) {
      if (await this.isReady()) return performance.now() - begun;
      if (!this.lives) throw new Error(`The service ended:\n${(await this.log()).slice(-2000)}`);
    }
    throw new Error(`The service was not ready within ${withinMs} ms.`);
  }

  async isReady() {
    const request = { path: '/health/ready', timeoutMs: 5_000 };
    return ask(this.port, request).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** What it has written since its start. */
  async log() {
    return (await readFile(this.logFile)).subarray(this.logStart).toString('utf8');
  }

  /** kill -9 */
  async kill() {
    if (this.#child) await endChild(this.#child, 'SIGKILL');
  }

  /**
   * SIGTERM, and no more than that.
   * @returns {Promise<{ code: number | null, ms: number }>} how and after how long it ended
   */
  async terminate() {
    const child = this.#child;
    if (!child || hasEnded(child)) throw new Error('The service does not run.');
    const begun = performance.now();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = await ended;
    return { code, ms: performance.now() - begun };
  }

  async end() {
    if (this.#child) await endChild(this.#child, 'SIGTERM', 25_000);
  }

  async #announced() {
    for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(10)) {
      const log = await this.log();
      if (/listens on http:/.test(log)) return log;
      if (!this.lives) throw new Error(`The service did not start:\n${log.slice(-2000)}`);
    }
    throw new Error('The service did not start in time.');
  }
}
