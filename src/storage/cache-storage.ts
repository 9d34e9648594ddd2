import type { Readable } from 'node:stream';

/** New entries are on probation; those that were used again, or are wanted beforehand, are kept. */
export type CacheSegment = 'probation' | 'kept';

/** The bytes from `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What is known of an entry without reading it. */
export interface CacheEntry {
  mediaType: string;
  bytes: number;
  /** Hexadecimal SHA-256 of the bytes. */
  sha256: string;
}

/** An entry to be written. */
export interface WrittenCacheEntry {
  mediaType: string;
  body: Buffer;
  /** Hexadecimal SHA-256 of the body. */
  sha256: string;
}

/** An entry, opened for reading: to be closed. */
export interface OpenedCacheEntry extends CacheEntry {
  segment: CacheSegment;
  /** What it takes of the disk. */
  occupied: number;
  /** When it was last used, as far as it was noted. */
  usedAt: Date;
  /** Another one when the file was exchanged or changed. */
  version: string;
  /** Its bytes in pieces, read as they are taken. @param reused each piece is overwritten by the next */
  pieces(range?: ByteRange, reused?: boolean): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

/** An entry, as a listing tells of it. */
export interface ListedCacheEntry {
  name: string;
  segment: CacheSegment;
  /** What it takes of the disk. */
  occupied: number;
  usedAt: Date;
}

/** A file of the cache is not what was written. */
export class CorruptCacheEntry extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(`The cache entry is not what was written: ${why}.`, options);
    this.name = 'CorruptCacheEntry';
  }
}

/**
 * Where bytes are kept that can be made again. An entry may be lost at any time, also when the machine
 * ends, but it is never wrong. Names are 64 hexadecimal digits made by the server; entries of one owner
 * have the same first 16 (`prefix`), so that they are found without a list.
 */
export abstract class CacheStorage {
  /** What an entry of so many bytes takes of the disk. */
  abstract occupiedBy(bytes: number): number;

  /**
   * Writes an entry, in the place of an older one of that name.
   * @returns its version, or undefined if its owner was forgotten: then nothing is kept
   * @throws StorageFull | StorageUnavailable
   */
  abstract write(
    name: string,
    segment: CacheSegment,
    entry: WrittenCacheEntry,
  ): Promise<string | undefined>;

  /**
   * Makes a local file an entry. It is taken over, and gone in any case.
   * @returns as `write` does
   * @throws StorageFull | StorageUnavailable
   */
  abstract adopt(
    name: string,
    segment: CacheSegment,
    path: string,
    mediaType: string,
  ): Promise<string | undefined>;

  /** A path for a file that is to be adopted; what is left there is removed in time. */
  abstract scratchPath(): Promise<string>;

  /** Removes a file at such a path that is not to be adopted. Never fails. */
  abstract discard(path: string): Promise<void>;

  /** @returns undefined if there is none @throws CorruptCacheEntry | StorageUnavailable */
  abstract open(name: string): Promise<OpenedCacheEntry | undefined>;

  /** Its bytes, to stream: opened when the first is asked for. It fails if the entry is gone by then. */
  abstract stream(name: string, sha256: string, range?: ByteRange): Readable;

  /**
   * Runs `use` with the path of a local file that begins with the entry's bytes; about 100 more follow,
   * which readers of pictures skip.
   */
  abstract withLocalFile<T>(name: string, use: (path: string) => Promise<T>): Promise<T>;

  /** Moves an entry on probation to those that are kept. One that is not there is not missed. */
  abstract promote(name: string): Promise<void>;

  /** Notes that an entry is used now, for the next start and for other processes. */
  abstract touch(name: string, segment: CacheSegment): Promise<void>;

  /** One that is not there is not missed. @throws StorageUnavailable */
  abstract remove(name: string): Promise<void>;

  /** Removes all entries with a prefix. @throws StorageUnavailable */
  abstract removeAll(prefix: string): Promise<string[]>;

  /**
   * Removes all entries with a prefix, and those that are being written now, also by other processes.
   * @throws StorageUnavailable
   */
  abstract forget(prefix: string): Promise<string[]>;

  /** All entries, in no particular order, a few at a time in memory. @throws StorageUnavailable */
  abstract list(): AsyncIterable<ListedCacheEntry>;

  /** Removes what processes have left that did not come to an end. @throws StorageUnavailable */
  abstract tidy(): Promise<void>;

  /** Tells other processes to drop what they hold in memory. @throws StorageFull | StorageUnavailable */
  abstract announcePurge(): Promise<void>;

  /** When that was done last; 0 if never. In milliseconds of the storage's clock. */
  abstract purgedAt(): Promise<number>;
}
