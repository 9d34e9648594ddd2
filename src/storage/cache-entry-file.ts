import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteRange, CacheSegment, OpenedCacheEntry } from './cache-storage.js';
import { CorruptCacheEntry } from './cache-storage.js';
import { readTrailer, TRAILER_BYTES } from './cache-trailer.js';

const PIECE_BYTES = 256 * 1024;
// Whatever the file system's own, an entry takes at least whole blocks.
const BLOCK_BYTES = 4_096;

/** What a file takes of the disk. */
export function blocksOf(fileBytes: number): number {
  return Math.ceil(fileBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** Another one when the file was exchanged or changed; being used leaves it the same. */
function versionOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}`;
}

/** @throws CorruptCacheEntry | the file system's error */
export async function openEntryFile(
  path: string,
  name: string,
  segment: CacheSegment,
): Promise<OpenedCacheEntry> {
  const file = await open(path, 'r');
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new CorruptCacheEntry('it is no file');
    const size = Number(stats.size);
    const trailer = Buffer.allocUnsafe(TRAILER_BYTES);
    const at = Math.max(0, size - TRAILER_BYTES);
    const { bytesRead } = await file.read(trailer, 0, TRAILER_BYTES, at);
    const entry = readTrailer(name, trailer.subarray(0, bytesRead), size);
    return {
      ...entry,
      segment,
      occupied: blocksOf(size),
      usedAt: new Date(Number(stats.atimeMs)),
      version: versionOf(stats),
      pieces: (range, reused = false) =>
        piecesOf(file, range ?? { start: 0, end: entry.bytes - 1 }, reused),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* piecesOf(
  file: FileHandle,
  { start, end }: ByteRange,
  reused: boolean,
): AsyncGenerator<Buffer> {
  let piece: Buffer | undefined;
  for (let at = start; at <= end;) {
    const wanted = Math.min(PIECE_BYTES, end + 1 - at);
    // Never from Node's pool: a small piece would keep much else in memory.
    if (!piece || !reused) piece = Buffer.allocUnsafeSlow(wanted);
    const { bytesRead } = await file.read(piece, 0, wanted, at);
    if (bytesRead === 0) throw new CorruptCacheEntry('it was cut short');
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/**
 * Writes the rest of a file and closes it.
 * @returns the version
 */
export async function written(file: FileHandle, parts: readonly Buffer[]): Promise<string> {
  try {
    for (const part of parts) await file.writeFile(part);
    const now = Date.now();
    await file.utimes(new Date(now), new Date(now - (now % 1_000)));
    return versionOf(await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}

/** Length and hash of a file. */
export async function hashOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256');
    for await (const piece of piecesOf(file, { start: 0, end: size - 1 }, true)) hash.update(piece);
    return { bytes: size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
