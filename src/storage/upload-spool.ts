import { createHash, type Hash, randomUUID } from 'node:crypto';
import { open, opendir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain-error.js';
import { incomingFolder } from './data-folder.js';
import { makeFolder } from './folders.js';
import { storageError } from './file-system-errors.js';

/** The file is larger than is taken (413). */
export class UploadTooLarge extends DomainError {
  readonly kind = 'too-large';
  readonly code = 'file-too-large';
  constructor(maxBytes: number) {
    super(`The file is larger than the ${maxBytes} bytes that are taken here.`);
  }
}

// Silence ends an upload after UPLOAD_IDLE_TIMEOUT_MS, 10 minutes at most, and the queue in front of the
// decoders moves faster.
const ABANDONED_AFTER_MS = 20 * 60_000;

/** A file on the local disk that nobody has acknowledged yet. */
export interface ReceivedFile {
  path: string;
  bytes: number;
  /** Hexadecimal SHA-256 of the bytes. */
  sha256: string;
  /** Fires when whoever sent it is gone: work on it that has not begun is for nobody. */
  left?: AbortSignal;
  /** Removes the file, if nobody has taken it over. */
  discard(): Promise<void>;
}

/** Takes uploads to DATA_DIR/incoming, hashing them on the way: memory does not grow with the file. */
@Injectable()
export class UploadSpool implements OnModuleInit {
  private readonly folder: string;
  /** Largest file, in bytes. */
  readonly maxBytes: number;

  constructor(environment: Environment) {
    this.folder = incomingFolder(environment.dataDir);
    this.maxBytes = environment.maxUploadBytes;
  }

  async onModuleInit(): Promise<void> {
    await makeFolder(this.folder);
    await this.removeAbandoned();
  }

  /**
   * Writes a stream to a file of its own. Whatever goes wrong, nothing is left behind, and the stream
   * is not destroyed: a request has its answer still to carry.
   * @param hashes further hashes to feed with the same bytes
   * @throws UploadTooLarge | StorageFull | StorageUnavailable | the stream's own error
   */
  async receive(source: Readable, hashes: readonly Hash[] = []): Promise<ReceivedFile> {
    const path = join(this.folder, randomUUID());
    const discard = () => unlinkIfThere(path);
    try {
      const sha256 = createHash('sha256');
      const bytes = await this.write(source, path, [sha256, ...hashes]);
      return { path, bytes, sha256: sha256.digest('hex'), discard };
    } catch (error) {
      await discard();
      throw storageError(error);
    }
  }

  /**
   * Removes what processes have left that were killed; uploads that go on, also in other copies of the
   * service, are younger.
   * @returns how many
   */
  async removeAbandoned(): Promise<number> {
    const eldest = Date.now() - ABANDONED_AFTER_MS;
    let removed = 0;
    for await (const { name } of await opendir(this.folder)) {
      const path = join(this.folder, name);
      const written = await stat(path).catch(() => undefined);
      if (!written || written.mtimeMs >= eldest) continue;
      await unlinkIfThere(path);
      removed += 1;
    }
    return removed;
  }

  private async write(source: Readable, path: string, hashes: readonly Hash[]): Promise<number> {
    const file = await open(path, 'wx', 0o640);
    let bytes = 0;
    try {
      for await (const data of source.iterator({ destroyOnReturn: false })) {
        const chunk = data as Buffer;
        bytes += chunk.length;
        if (bytes > this.maxBytes) throw new UploadTooLarge(this.maxBytes);
        for (const hash of hashes) hash.update(chunk);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    return bytes;
  }
}

// What cannot be removed is rubbish, and no reason to fail a request that may have succeeded.
async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
