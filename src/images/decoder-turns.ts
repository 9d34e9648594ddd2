import { within } from './deadline.js';
import { DecodeGate } from './decode-gate.js';
import { TookTooLong } from './image-file.errors.js';
import type { ImageLimits } from './picture.js';

const LARGE_FILE_BYTES = 16 * 1024 * 1024;
/** Headers are read in threads of the same pool as decodes, of which files need some too. */
const HEADERS_AT_ONCE = 2;
/** Reading a header takes up to five times the file, if it is full of metadata; of DECODE_MEMORY at most a part. */
const HEADER_COPIES = 5;
const HEADER_SHARE = 0.25;

type TurnLimits = Pick<
  ImageLimits,
  'decodes' | 'decodeMemory' | 'decodeQueue' | 'renditionTimeoutMs'
>;

/** Says when which work with libvips may begin, so that cores, threads and memory suffice for all of it. */
export class DecoderTurns {
  private readonly gate: DecodeGate;
  /** In front of the other: libvips maps files into memory, of which there shall be one large one at a time. */
  private readonly largeFileGate: DecodeGate;
  /** Apart from the other: bombs are refused at once, however many decodes go on. */
  private readonly headerGate: DecodeGate;
  private readonly headerBytes: number;

  constructor(private readonly limits: TurnLimits) {
    const { decodes, decodeMemory, decodeQueue: queue } = limits;
    this.headerBytes = decodeMemory * HEADER_SHARE;
    this.gate = new DecodeGate({ places: decodes, bytes: decodeMemory, queue });
    this.largeFileGate = new DecodeGate({ places: 1, bytes: Infinity, queue });
    // Headers take milliseconds: whoever waits for one is not worth refusing.
    this.headerGate = new DecodeGate({
      places: HEADERS_AT_ONCE,
      bytes: this.headerBytes,
      queue: Infinity,
    });
  }

  get running(): number {
    return this.gate.running;
  }

  get waiting(): number {
    return this.gate.waiting + this.largeFileGate.waiting;
  }

  /**
   * Nobody waits for libvips longer than RENDITION_TIMEOUT_MS, turns and work together; what it is doing by
   * then goes on for nobody, and keeps its place.
   * @throws TookTooLong, or the signal's reason
   */
  inTime<T>(
    signal: AbortSignal | undefined,
    work: (patience: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = () => new TookTooLong(this.gate.retryAfterS);
    return within(this.limits.renditionTimeoutMs, late, signal, work);
  }

  /** A header's turn. @param fileBytes of the file that it stands in */
  forHeader<T>(fileBytes: number, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const bytes = Math.min(HEADER_COPIES * fileBytes, this.headerBytes);
    return this.headerGate.run(bytes, work, signal);
  }

  /**
   * The turn of work that nobody waits for: when no decode waits, one at a time. Without a deadline.
   * @param bytes estimate of the memory that it takes, at most DECODE_MEMORY
   */
  inBackground<T>(bytes: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.gate.runInBackground(bytes, work, signal);
  }

  /**
   * A decode's turn.
   * @param bytes estimate of the memory that it takes, at most DECODE_MEMORY
   * @param party whose turn it is to be
   * @throws Overloaded when too many wait already
   */
  forDecode<T>(
    bytes: number,
    fileBytes: number,
    work: () => Promise<T>,
    signal: AbortSignal,
    party?: string,
  ): Promise<T> {
    const decode = () => this.gate.run(bytes, work, signal, party);
    return fileBytes > LARGE_FILE_BYTES ? this.largeFileGate.run(0, decode, signal) : decode();
  }
}
