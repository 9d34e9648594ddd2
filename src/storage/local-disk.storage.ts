import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { FileStorage, type OpenedFile } from './file-storage.js';
import { errorCode, storageError } from './storage.errors.js';

const KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Files below DATA_DIR/files, spread over 256 folders by the end of their keys. */
@Injectable()
export class LocalDiskStorage extends FileStorage implements OnModuleInit {
  private readonly root: string;

  constructor(environment: Environment) {
    super();
    this.root = join(environment.dataDir, 'files');
  }

  async onModuleInit(): Promise<void> {
    await mkdir(this.root, { recursive: true });
  }

  /** Order: the bytes reach the disk, the file gets its name, the name reaches the disk. */
  async publish(key: string, path: string): Promise<void> {
    const target = this.pathOf(key);
    try {
      await syncPath(path);
      await this.makeFolder(dirname(target));
      await rename(path, target);
      await syncPath(dirname(target));
    } catch (error) {
      throw storageError(error);
    }
  }

  async open(key: string): Promise<OpenedFile | undefined> {
    try {
      const file = await open(this.pathOf(key), 'r');
      const { size } = await file.stat();
      return { bytes: size, stream: file.createReadStream({ highWaterMark: 256 * 1024 }) };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw storageError(error);
    }
  }

  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    return use(this.pathOf(key));
  }

  async remove(key: string): Promise<void> {
    try {
      await unlink(this.pathOf(key));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw storageError(error);
    }
  }

  async assertWritable(): Promise<void> {
    const probe = join(this.root, `.probe-${randomUUID()}`);
    try {
      await writeFile(probe, 'writable');
      await unlink(probe);
    } catch (error) {
      throw storageError(error);
    }
  }

  private pathOf(key: string): string {
    if (!KEY.test(key)) throw new TypeError('A storage key is a UUID made by the server.');
    return join(this.root, key.slice(-2), key);
  }

  private async makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) await syncPath(this.root);
  }
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
