import type { Readable } from 'node:stream';
import type { ByteRange } from './byte-ranges.js';

/** Bytes that can be sent. Nothing is opened, read or made before `open`. */
export interface Representation {
  /** The strong entity tag, with its quotes. */
  etag: string;
  mediaType: string;
  /** Absent where what its bytes depend on changes at other times, too: a date would call it unchanged. */
  lastModified?: Date;
  /** Its length, where that is known without making it. */
  bytes?: number;
  /** Of the whole content, in hexadecimal digits, where that is known without making it. */
  sha256?: string;
  /** All of it, if it is in memory at this moment. */
  peek?: () => { body: Buffer; sha256: string } | undefined;
  /** Length and digest, if it has been made already: for HEAD, which makes nothing. */
  find?(): Promise<Pick<OpenedRepresentation, 'bytes' | 'sha256'> | undefined>;
  /**
   * Makes or opens it.
   * @param signal fires when the client has left: what is being made is not needed any more
   * @throws what the answer is to be instead; no header has been sent yet
   */
  open(signal: AbortSignal): Promise<OpenedRepresentation>;
}

/** A representation whose bytes can be read now. */
export interface OpenedRepresentation {
  bytes: number;
  /** Of the whole content, in hexadecimal digits. */
  sha256: string;
  /** The whole content, if it is in memory; `stream` is not called then. */
  body?: Buffer;
  /**
   * The bytes from `start` to `end`, both included, or all of them. Is called once for each range, the next
   * when the one before has ended; whoever calls it reads it to its end or destroys it.
   */
  stream(range?: ByteRange): Readable;
  /** Gives back what `open` took. Is called once, when no stream is read any more. */
  close?(): Promise<void> | void;
}
