import type { Readable } from 'node:stream';

/** The bytes from `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A stored file, opened for reading: to be closed. */
export interface OpenedFile {
  bytes: number;
  /** Its bytes, or those of a range, read as they are taken. */
  stream(range?: ByteRange): Readable;
  close(): Promise<void>;
}

/** A stored file, as a listing tells of it. */
export interface ListedFile {
  key: string;
  bytes: number;
  /** When its last byte was written, or, of a file that was set aside, when that was done. */
  modifiedAt: Date;
}

/**
 * Where files are kept. Keys are made by the server (a UUID), never from what a client sent. A file is
 * written once and never changed.
 */
export abstract class FileStorage {
  /**
   * Keeps the local file at `path`, which is gone afterwards. When this resolves the file survives the
   * end of the process and of the machine; when it rejects, nothing is kept.
   * @throws StorageFull | StorageUnavailable
   */
  abstract publish(key: string, path: string): Promise<void>;

  /** @returns undefined if there is no such file */
  abstract open(key: string): Promise<OpenedFile | undefined>;

  /** Runs `use` with the path of a local file of the same bytes, which it must not change. */
  abstract withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;

  /**
   * Removes a file that no record names any more. Never fails: what cannot be removed now is logged, and
   * left to be cleaned up. A file that is not there is not missed.
   */
  abstract remove(key: string): Promise<void>;

  /**
   * All files, in no particular order, a few at a time in memory. One that comes or goes meanwhile may be
   * told or not.
   * @throws StorageUnavailable
   */
  abstract list(): AsyncIterable<ListedFile>;

  /**
   * Takes a file that no record seems to name out of use without losing it. One that is not there is not
   * missed.
   * @throws StorageFull | StorageUnavailable
   */
  abstract setAside(key: string): Promise<void>;

  /** The files that were set aside, as `list` tells the others. */
  abstract listSetAside(): AsyncIterable<ListedFile>;

  /** Puts a file that was set aside back to where it was. @throws StorageFull | StorageUnavailable */
  abstract bringBack(key: string): Promise<void>;

  /** Removes a file that was set aside, for good. @throws StorageUnavailable */
  abstract removeSetAside(key: string): Promise<void>;

  /** Whether an operator has asked that no file be removed for the moment, because of a backup. */
  abstract isRemovalPaused(): Promise<boolean>;

  /** @throws when files cannot be read or written at the moment; a full storage does answer */
  abstract assertAnswers(): Promise<void>;
}
