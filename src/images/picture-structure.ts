import type { FileHandle } from 'node:fs/promises';
import { FileWindow, WINDOW_BYTES } from './file-window.js';
import type { PictureMediaType } from './picture-signature.js';
import { TiffDirectories } from './tiff-directories.js';

/** What a file's own structure tells before any decoder has seen it. */
export interface PictureStructure {
  /** Frames or pages; counting stops just above the limit. */
  frames: number;
  /** Segments, chunks and blocks that the file consists of; counting stops just above {@link MAX_BLOCKS}. */
  blocks: number;
  /** Passes over the whole picture that a progressive JPEG asks for; counting stops above 100. */
  scans?: number;
  /** Colour components of a JPEG. */
  components?: number;
  /** Rows of a TIFF's tiles: decoders hold a row of tiles at once. */
  tileHeight?: number;
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
      return { frames: 1, blocks: 1, end: 'unclear' };
  }
}

/** Encoders write about ten. */
export const MAX_SCANS = 100;
/**
 * The largest photographs have some thousands. libjpeg makes a record of each one that may hold metadata: ten
 * million empty ones, in a file of 40 MB, take a gigabyte of memory before there is a header.
 */
export const MAX_BLOCKS = 100_000;

const START_OF_SCAN = 0xda;
const BASELINE_FRAMES = new Set([0xc0, 0xc1, 0xc3]);
const PROGRESSIVE_FRAMES = new Set([0xc2, 0xc6, 0xca, 0xce]);

/**
 * JPEG (ITU-T T.81 Annex B). Every scan of a progressive file walks over the whole picture again, so
 * thousands of empty ones are a bomb. A whole file ends in EOI, but cameras append previews to it.
 */
async function jpegStructure(window: FileWindow): Promise<PictureStructure> {
  const tail = await window.read(Math.max(0, window.size - 2), 2);
  const end = tail.toString('latin1') === '\xff\xd9' ? 'present' : 'unclear';
  let components: number | undefined;
  let blocks = 0;
  for (let at = 2; blocks <= MAX_BLOCKS; blocks += 1) {
    const segment = await window.read(at, 10);
    const marker = segment[1] ?? START_OF_SCAN;
    if (segment.length < 4 || segment[0] !== 0xff || marker === START_OF_SCAN) break;
    const isProgressive = PROGRESSIVE_FRAMES.has(marker);
    if (isProgressive || BASELINE_FRAMES.has(marker)) components = segment[9];
    if (isProgressive) {
      const rest = await countMarkers(window, at);
      return { frames: 1, blocks: blocks + rest.blocks, scans: rest.scans, components, end };
    }
    // A fill byte (FF FF) is one byte long, every other segment says its length.
    at += marker === 0xff ? 1 : 2 + segment.readUInt16BE(2);
  }
  return { frames: 1, blocks, components, end };
}

/**
 * Scans, and segments that may hold metadata, which a progressive file may have between its scans. Inside
 * compressed data FF is always followed by 00 or a restart marker, so each FF DA is a scan.
 */
async function countMarkers(window: FileWindow, from: number) {
  let [scans, blocks] = [0, 0];
  // Pieces share a byte, so that a marker across their border is found, and once.
  for (let at = from; at + 1 < window.size; at += WINDOW_BYTES - 1) {
    const piece = await window.read(at, WINDOW_BYTES);
    for (let place = 0; place + 1 < piece.length; place += 1) {
      if (piece[place] !== 0xff) continue;
      const marker = piece[place + 1] ?? 0;
      if (marker === START_OF_SCAN) scans += 1;
      else if (marker >= 0xe0 && marker !== 0xff) blocks += 1;
    }
    if (scans > MAX_SCANS || blocks > MAX_BLOCKS) break;
  }
  return { scans, blocks };
}

/** PNG (W3C PNG §5): libpng is content once it has its rows, but a whole file has its IEND. */
async function pngStructure(window: FileWindow): Promise<PictureStructure> {
  const header = await window.read(0, 24);
  if (header.length < 24) return { frames: 1, blocks: 0, end: 'missing' };
  const pixels = header.readUInt32BE(16) * header.readUInt32BE(20);
  const tail = await window.read(Math.max(0, window.size - 8), 4);
  let blocks = 0;
  if (tail.toString('latin1') === 'IEND') return { frames: 1, blocks, pixels, end: 'present' };
  for (let at = 8; at + 12 <= window.size && blocks <= MAX_BLOCKS; blocks += 1) {
    const chunk = await window.read(at, 8);
    if (chunk.toString('latin1', 4, 8) === 'IEND')
      return { frames: 1, blocks, pixels, end: 'present' };
    at += 12 + chunk.readUInt32BE(0);
  }
  return { frames: 1, blocks, pixels, end: 'missing' };
}

/** GIF89a: only the first frame is shown, so the end is asked for only if there is no other frame. */
async function gifStructure(window: FileWindow, maxFrames: number): Promise<PictureStructure> {
  const screen = await window.read(0, 13);
  let at = 13 + colourTableBytes(screen[10]);
  let frames = 0;
  let blocks = 0;
  for (; frames <= maxFrames && blocks <= MAX_BLOCKS; blocks += 1) {
    const block = await window.read(at, 10);
    if (block[0] === 0x3b) return { frames, blocks, end: 'present' };
    if (block[0] === 0x2c) {
      frames += 1;
      at = await afterSubBlocks(window, at + 11 + colourTableBytes(block[9]));
    } else if (block[0] === 0x21) {
      at = await afterSubBlocks(window, at + 2);
    } else break;
  }
  return { frames, blocks, end: frames > 1 ? 'unclear' : 'missing' };
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

// A file may have millions of these: inside the window they are hopped over without waiting.
async function afterSubBlocks(window: FileWindow, start: number): Promise<number> {
  for (let at = start; ;) {
    const length = window.byteAt(at) ?? (await window.read(at, 1))[0];
    if (length === undefined) return window.size;
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** WebP (RFC 9649): animations have one ANMF chunk a frame, which holds further chunks. */
async function webpStructure(window: FileWindow, maxFrames: number): Promise<PictureStructure> {
  let frames = 0;
  let blocks = 0;
  let lossless: boolean | undefined;
  const goesOn = () => frames <= maxFrames && blocks <= MAX_BLOCKS;
  for (let at = 12; at + 8 <= window.size && goesOn(); blocks += 1) {
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
  return { frames: Math.max(1, frames), blocks, lossless: lossless ?? false, end: 'unclear' };
}

/** TIFF: a chain of directories, one a page, which may also form a loop. */
async function tiffStructure(window: FileWindow, maxFrames: number): Promise<PictureStructure> {
  const tiff = await TiffDirectories.in(window);
  let [frames, blocks, pixels, tileHeight] = [0, 0, 0, 0];
  for (let at = tiff?.first ?? 0; tiff && at !== 0 && frames <= maxFrames;) {
    const directory = await tiff.directoryAt(at);
    if (!directory) break;
    const width = await tiff.numberOf(directory, 256);
    const height = await tiff.numberOf(directory, 257);
    if (frames === 0) tileHeight = await tiff.numberOf(directory, 323);
    frames += 1;
    blocks += directory.fields.size;
    pixels += width * height;
    at = directory.next;
  }
  // Directories often stand at the end: without a single one the rest of the file is missing.
  const end = frames === 0 ? 'missing' : 'unclear';
  return { frames: Math.max(1, frames), blocks, pixels, tileHeight, end };
}
