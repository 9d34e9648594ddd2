import { chmod, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The folder of package.json. */
export const ROOT = dirname(dirname(import.meta.dirname));

const STOP_EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'];
// statfs(2)
const TMPFS_MAGIC = 0x0102_1994;

/**
 * A temporary folder on a real disk, and whatever is started on the way: all of it is ended and removed,
 * the last first, also after a failure or Ctrl-C.
 */
export class Workshop {
  /** @type {(() => unknown)[]} */
  #undo = [];
  /** @type {Promise<void> | undefined} */
  #closed;

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.later(() => rm(folder, { recursive: true, force: true }));
  }

  /** Will be done when the workshop closes. @param {() => unknown} undo */
  later(undo) {
    this.#undo.push(undo);
  }

  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close() {
    for (const undo of this.#undo.reverse()) {
      try {
        await undo();
      } catch (error) {
        console.error(error);
        process.exitCode = 1;
      }
    }
  }
}

/**
 * @template T
 * @param {(workshop: Workshop) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inWorkshop(work) {
  const folder = await mkdtemp(join(await diskFolder(), 'loupe-chaos-'));
  // PostgreSQL does not run as root: its account has to pass through.
  await chmod(folder, 0o711);
  const workshop = new Workshop(folder);
  const stop = () => void workshop.close().finally(() => process.exit(130));
  for (const event of STOP_EVENTS) process.once(event, stop);
  try {
    return await work(workshop);
  } finally {
    await workshop.close();
    for (const event of STOP_EVENTS) process.off(event, stop);
  }
}

/** Durability means nothing in memory: the first usual place for temporary files that is on a disk. */
async function diskFolder() {
  const own = join(ROOT, 'var');
  for (const folder of [tmpdir(), '/var/tmp', own]) {
    if (folder === own) await mkdir(own, { recursive: true });
    const found = await statfs(folder).catch(() => undefined);
    if (found && found.type !== TMPFS_MAGIC) return folder;
  }
  throw new Error('Every place for temporary files is in memory: set TMPDIR to one on a disk.');
}
