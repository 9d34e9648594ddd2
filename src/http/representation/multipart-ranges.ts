import { randomBytes } from 'node:crypto';
import { type ByteRange, contentRangeOf, lengthOf } from './byte-ranges.js';

/** Several parts of a representation as one body: multipart/byteranges, RFC 9110 section 14.6. */
export class MultipartRanges {
  /** What the whole body has, with the lines between its parts. */
  readonly bytes: number;
  readonly mediaType: string;
  /** Stands behind the last part. */
  readonly tail: Buffer;
  /** The parts, each with the lines that stand before it. */
  readonly parts: readonly { head: Buffer; range: ByteRange }[];

  /** @param wholeBytes length of the representation that the parts are of */
  constructor(ranges: readonly ByteRange[], partType: string, wholeBytes: number) {
    // Random, so that nobody can make a file that holds it.
    const boundary = randomBytes(18).toString('hex');
    this.mediaType = `multipart/byteranges; boundary=${boundary}`;
    this.parts = ranges.map((range, place) => {
      const lines = [
        `${place === 0 ? '' : '\r\n'}--${boundary}`,
        `Content-Type: ${partType}`,
        `Content-Range: ${contentRangeOf(range, wholeBytes)}`,
      ];
      return { head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), range };
    });
    this.tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    this.bytes = this.parts.reduce(
      (sum, { head, range }) => sum + head.length + lengthOf(range),
      this.tail.length,
    );
  }
}
