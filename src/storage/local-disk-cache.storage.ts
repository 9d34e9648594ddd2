import { copyFile, open, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { blocksOf, hashOf, openEntryFile, written } from './cache-entry-file.js';
import { failing, inFolder, namesIn, unlessMissing, unlinkIfThere } from './cache-files.js';
import {
  type ByteRange,
  type CacheSegment,
  CacheStorage,
  CorruptCacheEntry,
  type ListedCacheEntry,
  type OpenedCacheEntry,
  type WrittenCacheEntry,
} from './cache-storage.js';
import { CacheTemporaries } from './cache-temporaries.js';
import { TRAILER_BYTES, trailerOf } from './cache-trailer.js';
import { CACHE_FILE, entriesIn } from './cache-listing.js';
import { cacheFolder } from './data-folder.js';
import { errorCode, storageError } from './file-system-errors.js';
import { makeFolder } from './folders.js';

const NAME = /^[0-9a-f]{64}$/;
const PREFIX = /^[0-9a-f]{16}$/;
/** Entries move from the first to the second: removed in this order, none slips through. */
const SEGMENTS: readonly CacheSegment[] = ['probation', 'kept'];
// No entry takes that long to be written.
const FORGOTTEN_FOR_MS = 3_600_000;

/**
 * Entries below DATA_DIR/cache: `ab/<name>.<segment>`, where `ab` begins the name. Nothing is synced. The
 * access time of a file tells when it was used last; its modification time, which stands at a whole second,
 * only changes with the bytes.
 */
@Injectable()
export class LocalDiskCacheStorage extends CacheStorage {
  private readonly root: string;
  private readonly gone: string;
  private readonly purged: string;
  private readonly temporaries: CacheTemporaries;

  constructor({ dataDir }: Environment) {
    super();
    this.root = cacheFolder(dataDir);
    this.gone = join(this.root, 'gone');
    this.purged = join(this.root, 'purged');
    this.temporaries = new CacheTemporaries(join(this.root, 'tmp'));
  }

  occupiedBy(bytes: number): number {
    return blocksOf(bytes + TRAILER_BYTES);
  }

  write(
    name: string,
    segment: CacheSegment,
    { mediaType, body, sha256 }: WrittenCacheEntry,
  ): Promise<string | undefined> {
    const target = this.pathOf(name, segment);
    const trailer = trailerOf(name, { mediaType, bytes: body.length, sha256 });
    return failing(() =>
      this.temporaries.with(async (path) => {
        const file = await inFolder(path, () => open(path, 'wx', 0o640));
        const version = await written(file, [body, trailer]);
        return this.place(path, target, version);
      }),
    );
  }

  adopt(
    name: string,
    segment: CacheSegment,
    path: string,
    mediaType: string,
  ): Promise<string | undefined> {
    const target = this.pathOf(name, segment);
    return failing(async () => {
      try {
        return await this.temporaries.with(async (own) => {
          await this.takeOver(path, own);
          const described = await hashOf(own);
          const trailer = trailerOf(name, { mediaType, ...described });
          const version = await written(await open(own, 'a'), [trailer]);
          return this.place(own, target, version);
        });
      } finally {
        await this.temporaries.discard(path);
      }
    });
  }

  scratchPath(): Promise<string> {
    return failing(() => this.temporaries.scratchPath());
  }

  discard(path: string): Promise<void> {
    return this.temporaries.discard(path);
  }

  open(name: string): Promise<OpenedCacheEntry | undefined> {
    return failing(async () => {
      for (const segment of SEGMENTS) {
        try {
          return await openEntryFile(this.pathOf(name, segment), name, segment);
        } catch (error) {
          if (errorCode(error) !== 'ENOENT') throw error;
        }
      }
      return undefined;
    });
  }

  stream(name: string, sha256: string, range?: ByteRange): Readable {
    return Readable.from(this.pieces(name, sha256, range), { objectMode: false });
  }

  async withLocalFile<T>(name: string, use: (path: string) => Promise<T>): Promise<T> {
    const kept = this.pathOf(name, 'kept');
    const isKept = await failing(() => stat(kept).catch(unlessMissing));
    return use(isKept ? kept : this.pathOf(name, 'probation'));
  }

  async promote(name: string): Promise<void> {
    await failing(async () => {
      await rename(this.pathOf(name, 'probation'), this.pathOf(name, 'kept')).catch(unlessMissing);
    });
  }

  async touch(name: string, segment: CacheSegment): Promise<void> {
    const path = this.pathOf(name, segment);
    await failing(async () => {
      const found = await stat(path).catch(unlessMissing);
      // Somebody has changed it: that it be noticed, the time stays.
      if (!found || found.mtimeMs % 1_000 !== 0) return;
      await utimes(path, new Date(), found.mtime).catch(unlessMissing);
    });
  }

  async remove(name: string): Promise<void> {
    await failing(async () => {
      for (const segment of SEGMENTS) await unlinkIfThere(this.pathOf(name, segment));
    });
  }

  removeAll(prefix: string): Promise<string[]> {
    if (!PREFIX.test(prefix)) throw new TypeError('A prefix is 16 hexadecimal digits.');
    return failing(async () => {
      const folder = join(this.root, prefix.slice(0, 2));
      const files = (await readdir(folder).catch(unlessMissing)) ?? [];
      const ours = files.filter((file) => file.startsWith(prefix) && CACHE_FILE.test(file));
      const names = ours.map((file) => file.slice(0, 64));
      for (const name of names) await this.remove(name);
      return names;
    });
  }

  /** The note comes first: whoever writes an entry looks for it when the entry has its name. */
  async forget(prefix: string): Promise<string[]> {
    const noted = failing(async () => {
      await makeFolder(this.gone);
      await writeFile(join(this.gone, prefix), '');
    });
    // On a full disk nothing is being written either.
    await noted.catch(() => undefined);
    return this.removeAll(prefix);
  }

  async *list(): AsyncGenerator<ListedCacheEntry> {
    try {
      for await (const folder of namesIn(this.root))
        if (/^[0-9a-f]{2}$/.test(folder)) yield* entriesIn(join(this.root, folder));
    } catch (error) {
      throw storageError(error);
    }
  }

  async tidy(): Promise<void> {
    await failing(async () => {
      await this.temporaries.removeAbandoned();
      for await (const prefix of namesIn(this.gone)) {
        const path = join(this.gone, prefix);
        const noted = await stat(path).catch(unlessMissing);
        if (noted && noted.mtimeMs < Date.now() - FORGOTTEN_FOR_MS) await unlinkIfThere(path);
      }
    });
  }

  async announcePurge(): Promise<void> {
    await failing(async () => {
      await makeFolder(this.root);
      await writeFile(this.purged, `${Date.now()}\n`);
    });
  }

  async purgedAt(): Promise<number> {
    return (await failing(() => stat(this.purged).catch(unlessMissing)))?.mtimeMs ?? 0;
  }

  private pathOf(name: string, segment: CacheSegment): string {
    if (!NAME.test(name)) throw new TypeError('A cache entry is named by 64 hexadecimal digits.');
    return join(this.root, name.slice(0, 2), `${name}.${segment}`);
  }

  private async takeOver(path: string, own: string): Promise<void> {
    try {
      await inFolder(own, () => rename(path, own));
    } catch (error) {
      if (errorCode(error) !== 'EXDEV') throw error;
      await copyFile(path, own);
      await unlinkIfThere(path);
    }
  }

  private async place(path: string, target: string, version: string): Promise<string | undefined> {
    await inFolder(target, () => rename(path, target));
    for (const segment of SEGMENTS) {
      const other = target.replace(/[a-z]+$/, segment);
      if (other !== target) await unlinkIfThere(other);
    }
    const prefix = basename(target).slice(0, 16);
    if (!(await stat(join(this.gone, prefix)).catch(unlessMissing))) return version;
    await unlinkIfThere(target);
    return undefined;
  }

  private async *pieces(
    name: string,
    sha256: string,
    range: ByteRange | undefined,
  ): AsyncGenerator<Buffer> {
    const entry = await this.open(name);
    if (!entry) throw new CorruptCacheEntry('it was removed');
    try {
      if (entry.sha256 !== sha256) throw new CorruptCacheEntry('it is another one by now');
      yield* entry.pieces(range);
    } finally {
      await entry.close();
    }
  }
}
