import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { DirectoryInUse } from '../embedded-postgres.errors.js';
import { identifyProcess } from './process-identity.js';

/**
 * Makes one process the owner of a directory, until it lets go or dies.
 *
 * PostgreSQL has a lock of its own, which cannot tell "another service is using this" (give up)
 * from "the killed predecessor is still shutting down" (wait). This one can.
 */
export class InstanceLock {
  private isReleased = false;

  private constructor(private readonly file: string) {}

  /**
   * Takes the lock, also that of a dead process.
   * @throws DirectoryInUse when a living process holds it.
   */
  static async acquire(file: string, directory: string): Promise<InstanceLock> {
    const mine = `${process.pid} ${await identifyProcess(process.pid)}`;
    for (;;) {
      if (await createExclusively(file, mine)) return new InstanceLock(file);
      const seen = await readIfPresent(file);
      if (seen === undefined) continue;
      const owner = await livingOwnerIn(seen);
      if (owner !== undefined) {
        throw new DirectoryInUse(
          `Another Loupe (process ${owner}) is already using the database in ${directory}. ` +
            'Stop that one first, or give this one a directory of its own with DATA_DIR.',
        );
      }
      await takeAway(file, seen);
    }
  }

  /** Safe to call twice: by then the file may be another's. */
  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await rm(this.file, { force: true });
  }
}

/** The process that holds the lock at this moment, if one does. */
export async function lockOwnerOf(file: string): Promise<number | undefined> {
  const seen = await readIfPresent(file);
  return seen === undefined ? undefined : livingOwnerIn(seen);
}

async function livingOwnerIn(content: string): Promise<number | undefined> {
  const [pid, ...identity] = content.split(' ');
  return (await identifyProcess(Number(pid))) === identity.join(' ') ? Number(pid) : undefined;
}

/** Creates the file with its content at once; a plain exclusive open would show it empty first. */
async function createExclusively(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o644 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the lock of a dead process, unless somebody else was quicker and holds a new one. */
async function takeAway(file: string, expected: string): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readIfPresent(aside)) !== expected) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function readIfPresent(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
