import type { FileHandle } from 'node:fs/promises';
import { FileWindow, WINDOW_BYTES } from './file-window.js';
import type { PictureMediaType } from './picture-signature.js';
import { TiffDirectories } from './tiff-directories.js';

/** What a file's own structure tells before any decoder has seen it. */
export interface PictureStructure {
  /** Frames or pages; counting stops just above the limit. */
  frames: number;
  /** Passes over the whole picture that a progressive JPEG asks for; counting stops above 100. */
  scans?: number;
  /** Pixels of all pages together, where the file lists them and they may differ in size. */
  pixels?: number;
  /**
   * Whether the end that the format prescribes is there: `missing` proves that the file was cut,
   * `unclear` that only decoding every row can tell.
   */
  end: 'present' | 'missing' | 'unclear';
  /** Whether a WebP is losslessly compressed. */
  lossless?: boolean;
}

/**
 * Walks a file's blocks without decoding them. This comes before libvips because its own header readers
 * can be made to work for minutes: a WebP of 5 MB with 100,000 frames keeps them busy for 25 s.
 */
export async function structureOf(
  file: FileHandle,
  mediaType: PictureMediaType,
  maxFrames: number,
): Promise<PictureStructure> {
  const window = await FileWindow.over(file);
  switch (mediaType) {
    case 'image/jpeg':
      return jpegStructure(window);
    case 'image/png':
      return pngStructure(window);
    case 'image/gif':
      return gifStructure(window, maxFrames);
    case 'image/webp':
      return webpStructure(window, maxFrames);
    case 'image/tiff':
      return tiffStructure(window, maxFrames);
    case 'image/avif':
      // One primary item is decoded, whatever else is inside, and libheif refuses any cut itself.
      return { frames: 1, end: 'unclear' };
  }
}

/** Encoders write about ten. */
export const MAX_SCANS = 100;

const START_OF_SCAN = 0xda;
const PROGRESSIVE_FRAMES = new Set([0xc2, 0xc6, 0xca, 0xce]);

/**
 * JPEG (ITU-T T.81 Annex B). Every scan of a progressive file walks over the whole picture again, so
 * thousands of empty ones are a bomb. A whole file ends in EOI, but cameras append previews to it.
 */
async function jpegStructure(window: FileWindow): Promise<PictureStructure> {
  const tail = await window.read(Math.max(0, window.size - 2), 2);
  const end = tail.toString('latin1') === '\xff\xd9' ? 'present' : 'unclear';
  for (let at = 2; ;) {
    const segment = await window.read(at, 4);
    const marker = segment[1];
    if (segment.length < 4 || segment[0] !== 0xff || marker === START_OF_SCAN) break;
    if (marker !== undefined && PROGRESSIVE_FRAMES.has(marker)) {
      return { frames: 1, scans: await countScans(window, at), end };
    }
    // A fill byte (FF FF) is one byte long, every other segment says its length.
    at += marker === 0xff ? 1 : 2 + segment.readUInt16BE(2);
  }
  return { frames: 1, end };
}

/** Inside compressed data FF is always followed by 00, so each FF DA is a scan. */
async function countScans(window: FileWindow, from: number): Promise<number> {
  let scans = 0;
  // Pieces share a byte, so that a marker across their border is found, and once.
  for (let at = from; at < window.size && scans <= MAX_SCANS; at += WINDOW_BYTES - 1) {
    const piece = await window.read(at, WINDOW_BYTES);
    for (let found = piece.indexOf('\xff\xda', 0, 'latin1'); found >= 0;) {
      scans += 1;
      found = piece.indexOf('\xff\xda', found + 2, 'latin1');
    }
  }
  return scans;
}

/** PNG (W3C PNG §5): libpng is content once it has its rows, but a whole file has its IEND. */
async function pngStructure(window: FileWindow): Promise<PictureStructure> {
  const header = await window.read(0, 24);
  if (header.length < 24) return { frames: 1, end: 'missing' };
  const pixels = header.readUInt32BE(16) * header.readUInt32BE(20);
  const tail = await window.read(Math.max(0, window.size - 8), 4);
  if (tail.toString('latin1') === 'IEND') return { frames: 1, pixels, end: 'present' };
  for (let at = 8; at + 12 <= window.size;) {
    const chunk = await window.read(at, 8);
    if (chunk.toString('latin1', 4, 8) === 'IEND') return { frames: 1, pixels, end: 'present' };
    at += 12 + chunk.readUInt32BE(0);
  }
  return { frames: 1, pixels, end: 'missing' };
}

/** GIF89a: only the first frame is shown, so the end is asked for only if there is no other frame. */
async function gifStructure(window: FileWindow, maxFrames: number): Promise<PictureStructure> {
  const screen = await window.read(0, 13);
  let at = 13 + colourTableBytes(screen[10]);
  let frames = 0;
  while (frames <= maxFrames) {
    const block = await window.read(at, 10);
    if (block[0] === 0x3b) return { frames, end: 'present' };
    if (block[0] === 0x2c) {
      frames += 1;
      at = await afterSubBlocks(window, at + 11 + colourTableBytes(block[9]));
    } else if (block[0] === 0x21) {
      at = await afterSubBlocks(window, at + 2);
    } else break;
  }
  return { frames, end: frames > 1 ? 'unclear' : 'missing' };
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

async function afterSubBlocks(window: FileWindow, start: number): Promise<number> {
  for (let at = start; ;) {
    const [length] = await window.read(at, 1);
    if (length === undefined) return window.size;
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** WebP (RFC 9649): animations have one ANMF chunk a frame, which holds further chunks. */
async function webpStructure(window: FileWindow, maxFrames: number): Promise<PictureStructure> {
  let frames = 0;
  let lossless: boolean | undefined;
  for (let at = 12; at + 8 <= window.size && frames <= maxFrames;) {
    const chunk = await window.read(at, 8);
    const name = chunk.toString('latin1', 0, 4);
    const isFrame = name === 'ANMF';
    if (isFrame) frames += 1;
    if (name === 'VP8L') lossless ??= true;
    if (name === 'VP8 ') lossless ??= false;
    const length = chunk.readUInt32LE(4);
    // The first frame is entered to see how it is compressed; its 16 bytes of geometry come first.
    at += isFrame && lossless === undefined ? 24 : 8 + length + (length % 2);
  }
  return { frames: Math.max(1, frames), lossless: lossless ?? false, end: 'unclear' };
}

/** TIFF: a chain of directories, one a page, which may also form a loop. */
async function tiffStructure(window: FileWindow, maxFrames: number): Promise<PictureStructure> {
  const tiff = await TiffDirectories.in(window);
  let frames = 0;
  let pixels = 0;
  for (let at = tiff?.first ?? 0; tiff && at !== 0 && frames <= maxFrames;) {
    const directory = await tiff.directoryAt(at);
    if (!directory) break;
    const width = await tiff.numberOf(directory, 256);
    const height = await tiff.numberOf(directory, 257);
    frames += 1;
    pixels += width * height;
    at = directory.next;
  }
  // Directories often stand at the end: without a single one the rest of the file is missing.
  return { frames: Math.max(1, frames), pixels, end: frames === 0 ? 'missing' : 'unclear' };
}
