import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  opendir,
  rename,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { filesFolder, incomingFolder } from './data-folder.js';
import { FileStorage, type ListedFile, type OpenedFile } from './file-storage.js';
import { makeFolder, sync } from './folders.js';
import { errorCode, storageError } from './file-system-errors.js';
import { StorageFull } from './storage.errors.js';

/** Read at once: more hardly makes a download faster. */
const READ_BYTES = 256 * 1024;
const KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Files below DATA_DIR/files, spread over 256 folders by the end of their keys. */
@Injectable()
export class LocalDiskStorage extends FileStorage implements OnModuleInit {
  private readonly logger = new Logger(LocalDiskStorage.name);
  private readonly root: string;
  private readonly incoming: string;
  private readonly aside: string;
  private readonly pause: string;
  /** Folders whose own names have reached the disk. */
  private readonly settled = new Set<string>();

  constructor({ dataDir }: Environment) {
    super();
    this.root = filesFolder(dataDir);
    this.incoming = incomingFolder(dataDir);
    this.aside = join(dataDir, 'set-aside');
    this.pause = join(dataDir, 'keep-files');
  }

  async onModuleInit(): Promise<void> {
    await makeFolder(this.root);
  }

  /** Order: the bytes reach the disk, the file gets its name, the name reaches the disk. */
  async publish(key: string, path: string): Promise<void> {
    const target = this.pathOf(key);
    try {
      await sync(path);
      await this.settle(dirname(target));
      await rename(path, target);
    } catch (error) {
      // Somebody may have taken the folder away.
      this.settled.delete(dirname(target));
      throw storageError(error);
    }
    try {
      await sync(dirname(target));
    } catch (error) {
      // Whether the name would outlast the machine is not known: nobody shall rely on it.
      await this.remove(key);
      throw storageError(error);
    }
  }

  async open(key: string): Promise<OpenedFile | undefined> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.pathOf(key), 'r');
      const opened = file;
      const { size: bytes } = await opened.stat();
      const reading = { start: 0, autoClose: false, highWaterMark: READ_BYTES };
      return {
        bytes,
        stream: (range) => opened.createReadStream({ ...reading, ...range }),
        close: () => opened.close(),
      };
    } catch (error) {
      await file?.close();
      if (errorCode(error) === 'ENOENT') return undefined;
      throw storageError(error);
    }
  }

  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    return use(this.pathOf(key));
  }

  async remove(key: string): Promise<void> {
    try {
      if (!(await this.isRemovalPaused())) await unlinkIfThere(this.pathOf(key));
    } catch (error) {
      this.logger.warn(
        { err: error, key },
        'a file could not be removed, and is left to cleaning up',
      );
    }
  }

  async *list(): AsyncGenerator<ListedFile> {
    for await (const folder of entriesOf(this.root))
      if (/^[0-9a-f]{2}$/.test(folder)) yield* listed(join(this.root, folder));
  }

  async setAside(key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      await makeFolder(this.aside);
      // Before it moves: an old file among those set aside would be removed at once.
      const now = new Date();
      await utimes(path, now, now);
      await rename(path, join(this.aside, key));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw storageError(error);
    }
  }

  listSetAside(): AsyncGenerator<ListedFile> {
    return listed(this.aside);
  }

  async bringBack(key: string): Promise<void> {
    const target = this.pathOf(key);
    try {
      await this.settle(dirname(target));
      await rename(join(this.aside, key), target);
      await sync(dirname(target));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw storageError(error);
    }
  }

  async removeSetAside(key: string): Promise<void> {
    assertKey(key);
    await unlinkIfThere(join(this.aside, key)).catch((error: unknown) => {
      throw storageError(error);
    });
  }

  isRemovalPaused(): Promise<boolean> {
    return access(this.pause).then(
      () => true,
      (error: unknown) => {
        if (errorCode(error) === 'ENOENT') return false;
        throw storageError(error);
      },
    );
  }

  async assertAnswers(): Promise<void> {
    // Not among the files: a backup that copies them would miss a file that is gone again.
    const probe = join(this.incoming, `.probe-${randomUUID()}`);
    try {
      await access(this.root, constants.R_OK | constants.W_OK | constants.X_OK);
      await writeFile(probe, 'writable').finally(() => unlinkIfThere(probe));
    } catch (error) {
      const fault = storageError(error);
      if (!(fault instanceof StorageFull)) throw fault;
    }
  }

  private pathOf(key: string): string {
    assertKey(key);
    return join(this.root, key.slice(-2), key);
  }

  /** Makes a folder if need be. One that somebody else has just made may not have reached the disk yet. */
  private async settle(folder: string): Promise<void> {
    if (this.settled.has(folder)) return;
    await mkdir(folder).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    await sync(this.root);
    this.settled.add(folder);
  }
}

function assertKey(key: string): void {
  if (!KEY.test(key)) throw new TypeError('A storage key is a UUID made by the server.');
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

/** The files of a folder that are named by keys; what else lies there is not ours. */
async function* listed(folder: string): AsyncGenerator<ListedFile> {
  for await (const name of entriesOf(folder)) {
    if (!KEY.test(name)) continue;
    const found = await stat(join(folder, name)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw storageError(error);
    });
    if (found) yield { key: name, bytes: found.size, modifiedAt: found.mtime };
  }
}

/** The names in a folder; none if there is no such folder. */
async function* entriesOf(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw storageError(error);
  }
}
