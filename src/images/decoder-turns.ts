import { within } from './deadline.js';
import { type DecoderGates, decoderGates, headerBytes, type TurnLimits } from './decoder-gates.js';
import { TookTooLong } from './image-file.errors.js';

const LARGE_FILE_BYTES = 16 * 1024 * 1024;
/** Reading a header takes up to five times the file, if it is full of metadata; of DECODE_MEMORY at most a part. */
const HEADER_COPIES = 5;

/** Says when which work with libvips may begin, so that cores, threads and memory suffice for all of it. */
export class DecoderTurns {
  private readonly headerBytes: number;

  /** @param gates those of the service, where it has several processes */
  constructor(
    private readonly limits: TurnLimits,
    private readonly gates: DecoderGates = decoderGates(limits),
  ) {
    this.headerBytes = headerBytes(limits);
  }

  get running(): number {
    return this.gates.decodes.running;
  }

  get waiting(): number {
    return this.gates.decodes.waiting + this.gates.largeFiles.waiting;
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
    const late = () => new TookTooLong(this.gates.decodes.retryAfterS);
    return within(this.limits.renditionTimeoutMs, late, signal, work);
  }

  /** A header's turn. @param fileBytes of the file that it stands in */
  forHeader<T>(fileBytes: number, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const bytes = Math.min(HEADER_COPIES * fileBytes, this.headerBytes);
    return this.gates.headers.run(bytes, work, signal);
  }

  /**
   * The turn of work that nobody waits for: when no decode waits, one at a time. Without a deadline.
   * @param bytes estimate of the memory that it takes, at most DECODE_MEMORY
   */
  inBackground<T>(bytes: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.gates.decodes.runInBackground(bytes, work, signal);
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
    const { decodes, largeFiles } = this.gates;
    const decode = () => decodes.run(bytes, work, signal, party);
    return fileBytes > LARGE_FILE_BYTES ? largeFiles.run(0, decode, signal) : decode();
  }
}
