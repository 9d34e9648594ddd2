import { opendir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, storageError } from './file-system-errors.js';
import { makeFolder } from './folders.js';

/** The names in a folder; none if there is no such folder. */
export async function* namesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** One that is not there is not missed. */
export async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

/** Does something in the folder of a path; makes the folder first if it is not there. */
export async function inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    return work();
  }
}

/** For `catch`: what is not there is undefined. */
export function unlessMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
  return undefined;
}

/** Does something with files. @throws StorageFull | StorageUnavailable */
export async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error);
  }
}
