import { randomUUID } from 'node:crypto';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './folders.js';
import { storageError } from './file-system-errors.js';
import { StorageFull } from './storage.errors.js';

/** Where uploads are received, below the data folder. */
export function incomingFolder(dataDir: string): string {
  return join(dataDir, 'incoming');
}

/** Where files are stored, below the data folder. */
export function filesFolder(dataDir: string): string {
  return join(dataDir, 'files');
}

/** What can be made again, below the data folder. */
export function cacheFolder(dataDir: string): string {
  return join(dataDir, 'cache');
}

/** The data folder cannot be used; the message is for the person in front of it. */
export class UnusableDataFolder extends Error {
  constructor(dataDir: string, options: { cause: unknown }) {
    super(
      `The service needs the folder ${dataDir} for its files: ${(options.cause as Error).message}. Name another one with DATA_DIR.`,
      options,
    );
    this.name = 'UnusableDataFolder';
  }
}

/**
 * Makes the data folder when it is missing, and proves that files can be written where uploads arrive and
 * moved from there to where they stay. A full disk is no reason not to start: reads go on.
 * @throws UnusableDataFolder
 */
export async function openDataFolder(dataDir: string): Promise<void> {
  const name = `.probe-${randomUUID()}`;
  const arriving = join(incomingFolder(dataDir), name);
  const stored = join(filesFolder(dataDir), name);
  try {
    await makeFolder(incomingFolder(dataDir));
    await makeFolder(filesFolder(dataDir));
    await writeFile(arriving, '');
    await rename(arriving, stored);
  } catch (error) {
    if (!(storageError(error) instanceof StorageFull))
      throw new UnusableDataFolder(dataDir, { cause: error });
  } finally {
    for (const path of [arriving, stored]) await unlink(path).catch(() => undefined);
  }
}
