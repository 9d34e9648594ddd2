import { createHash, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { namesIn, unlinkIfThere } from './cache-files.js';
import { errorCode } from './file-system-errors.js';
import { makeFolder } from './folders.js';

// Of processes on other machines it cannot be said whether they live.
const ABANDONED_AFTER_MS = 20 * 60_000;

/** Tells the machine, or the container, in a name. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const NAME = /^([0-9a-f]{8})-(\d+)-[0-9a-f-]{36}$/;
/** Names that this process has given and not taken back. */
const OWN = new Set<string>();

/** Files that have not got their names yet. Who made them stands in theirs. */
export class CacheTemporaries {
  constructor(readonly folder: string) {}

  /** Runs `use` with the path of a file that is not there yet, and removes what it leaves there. */
  async with<T>(use: (path: string) => Promise<T>): Promise<T> {
    const path = this.name();
    try {
      return await use(path);
    } finally {
      await this.discard(path);
    }
  }

  /** A path for a file that somebody else writes. */
  async scratchPath(): Promise<string> {
    await makeFolder(this.folder);
    return this.name();
  }

  async discard(path: string): Promise<void> {
    await unlinkIfThere(path).catch(() => undefined);
    OWN.delete(path);
  }

  /** Removes what was left by processes that are gone. */
  async removeAbandoned(): Promise<void> {
    for await (const name of namesIn(this.folder)) {
      const path = join(this.folder, name);
      if (!OWN.has(path) && (await isAbandoned(path, name))) await unlinkIfThere(path);
    }
  }

  private name(): string {
    const path = join(this.folder, `${MACHINE}-${process.pid}-${randomUUID()}`);
    OWN.add(path);
    return path;
  }
}

async function isAbandoned(path: string, name: string): Promise<boolean> {
  const [, machine, pid] = NAME.exec(name) ?? [];
  // This process' own are known: one that is not was left by an earlier process of the same number.
  if (machine === MACHINE && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true;
  const written = await stat(path).catch(() => undefined);
  return written !== undefined && written.mtimeMs < Date.now() - ABANDONED_AFTER_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
