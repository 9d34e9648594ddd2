import type { Readable } from 'node:stream';

/** A stored file, opened for reading. */
export interface OpenedFile {
  bytes: number;
  /** Ends or is destroyed by the reader. */
  stream: Readable;
}

/**
 * Where files are kept. Keys are made by the server (a UUID), never from what a client sent. A file is
 * written once and never changed.
 */
export abstract class FileStorage {
  /**
   * Keeps the local file at `path`, which is gone afterwards. When this resolves the file survives the
   * end of the process and of the machine.
   * @throws StorageFull | StorageUnavailable
   */
  abstract publish(key: string, path: string): Promise<void>;

  /** @returns undefined if there is no such file */
  abstract open(key: string): Promise<OpenedFile | undefined>;

  /** Runs `use` with the path of a local file of the same bytes, which it must not change. */
  abstract withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;

  /** Removes a file; one that is not there is not missed. */
  abstract remove(key: string): Promise<void>;

  /** @throws when files cannot be written at the moment */
  abstract assertWritable(): Promise<void>;
}
