import { createHash } from 'node:crypto';
import { type CacheEntry, CorruptCacheEntry } from './cache-storage.js';

/** Length of a trailer. */
export const TRAILER_BYTES = 128;

const FORMAT_VERSION = 1;
const MAGIC = 'loupe-ce';
const MEDIA_TYPE_BYTES = 44;
const CHECK_BYTES = 16;
const AT = { box: 4, magic: 8, version: 16, typeLength: 17, bytes: 24, sha256: 32, mediaType: 64 };
const CHECK_AT = TRAILER_BYTES - CHECK_BYTES;

/**
 * What is written behind the bytes of an entry. Behind, because sharp opens the file as it is: readers of
 * pictures stop where the picture ends, and those of AVIF, which is a row of boxes (ISO/IEC 14496-12,
 * 8.1.2), skip a box called "free". Its check covers the name: a file in another one's place is noticed.
 */
export function trailerOf(name: string, { mediaType, bytes, sha256 }: CacheEntry): Buffer {
  if (!/^[\x21-\x7e]+$/.test(mediaType) || mediaType.length > MEDIA_TYPE_BYTES)
    throw new TypeError(`A media type is at most ${MEDIA_TYPE_BYTES} characters of ASCII.`);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32BE(TRAILER_BYTES);
  trailer.write('free', AT.box, 'latin1');
  trailer.write(MAGIC, AT.magic, 'latin1');
  trailer.writeUInt8(FORMAT_VERSION, AT.version);
  trailer.writeUInt8(mediaType.length, AT.typeLength);
  trailer.writeBigUInt64BE(BigInt(bytes), AT.bytes);
  trailer.write(sha256, AT.sha256, 'hex');
  trailer.write(mediaType, AT.mediaType, 'latin1');
  checkOf(name, trailer).copy(trailer, CHECK_AT);
  return trailer;
}

/** @param fileBytes length of the whole file @throws CorruptCacheEntry */
export function readTrailer(name: string, trailer: Buffer, fileBytes: number): CacheEntry {
  if (trailer.length < TRAILER_BYTES) throw new CorruptCacheEntry('it is too short');
  if (trailer.toString('latin1', AT.magic, AT.version) !== MAGIC)
    throw new CorruptCacheEntry('it has no trailer');
  if (trailer.readUInt8(AT.version) !== FORMAT_VERSION)
    throw new CorruptCacheEntry('its format is not known here');
  if (!checkOf(name, trailer).equals(trailer.subarray(CHECK_AT)))
    throw new CorruptCacheEntry('its trailer is damaged, or that of another one');
  const bytes = Number(trailer.readBigUInt64BE(AT.bytes));
  if (bytes !== fileBytes - TRAILER_BYTES) throw new CorruptCacheEntry('its length is another');
  const typeEnd = AT.mediaType + trailer.readUInt8(AT.typeLength);
  return {
    mediaType: trailer.toString('latin1', AT.mediaType, typeEnd),
    bytes,
    sha256: trailer.toString('hex', AT.sha256, AT.mediaType),
  };
}

function checkOf(name: string, trailer: Buffer): Buffer {
  const hash = createHash('sha256').update(trailer.subarray(0, CHECK_AT)).update(name);
  return hash.digest().subarray(0, CHECK_BYTES);
}
