import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ByteRange, CacheEntry, CacheStorage } from '../../storage/cache-storage.js';

/** A made picture, ready to be sent. */
export interface CachedRendition extends CacheEntry {
  /** All its bytes, unless there are many: those are streamed. */
  body: Buffer | undefined;
  /**
   * Its bytes, or those of a range, as fast as they are taken. The file is opened when the first is asked
   * for: a stream that is never read costs nothing, and one whose entry was removed by then fails.
   */
  stream(range?: ByteRange): Readable;
}

/** What `make` gives. */
export interface MadeRendition {
  mediaType: string;
  data: Buffer;
}

/** A rendition whose bytes are in memory. */
export function inMemory(entry: {
  mediaType: string;
  body: Buffer;
  sha256: string;
}): CachedRendition & { body: Buffer } {
  const { mediaType, body, sha256 } = entry;
  return { mediaType, bytes: body.length, sha256, body, stream: (range) => pieceOf(body, range) };
}

/** A rendition that was just made. */
export function asMade({ mediaType, data }: MadeRendition): CachedRendition & { body: Buffer } {
  const sha256 = createHash('sha256').update(data).digest('hex');
  return inMemory({ mediaType, body: data, sha256 });
}

/** A rendition that is on the disk. */
export function onDisk(
  storage: CacheStorage,
  name: string,
  { mediaType, bytes, sha256 }: CacheEntry,
): CachedRendition {
  const stream = (range?: ByteRange) => storage.stream(name, sha256, range);
  return { mediaType, bytes, sha256, body: undefined, stream };
}

function pieceOf(body: Buffer, range: ByteRange | undefined): Readable {
  const bytes = range ? body.subarray(range.start, range.end + 1) : body;
  return Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false });
}
