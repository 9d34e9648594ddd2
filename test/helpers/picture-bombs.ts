import { drawPicture } from './pictures.js';

/** A GIF of a few bytes whose only frame says it is `width` × `height`. */
export function gifBomb(width = 60_000, height = 60_000): Buffer {
  return Buffer.concat([gifStart(width, height), gifFrame(width, height), Buffer.from([0x3b])]);
}

/** A GIF of one pixel, `frames` times over. */
export function gifOfManyFrames(frames: number): Buffer {
  const all = Buffer.alloc(frames * 15, gifFrame(1, 1));
  return Buffer.concat([gifStart(1, 1), all, Buffer.from([0x3b])]);
}

function gifStart(width: number, height: number): Buffer {
  const screen = Buffer.from([...Buffer.from('GIF89a'), 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 9, 9, 9]);
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  return screen;
}

function gifFrame(width: number, height: number): Buffer {
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0]);
  frame.writeUInt16LE(width, 5);
  frame.writeUInt16LE(height, 7);
  return frame;
}

/** An animated WebP of one pixel, `frames` times over: libvips takes minutes over 200,000 of them. */
export async function webpOfManyFrames(frames: number): Promise<Buffer> {
  const still = await drawPicture({ format: 'webp', width: 1, height: 1, lossless: true });
  const frame = riffChunk('ANMF', Buffer.concat([Buffer.alloc(16), still.subarray(12)]));
  return webp(1, 1, [riffChunk('ANIM', Buffer.alloc(6)), ...Array<Buffer>(frames).fill(frame)], 2);
}

/** A WebP whose canvas says it is `width` × `height`, with a pixel inside. */
export async function webpBomb(width = 16_000, height = 16_000): Promise<Buffer> {
  const still = await drawPicture({ format: 'webp', width: 1, height: 1, lossless: true });
  // An animation, because a still's canvas must agree with its bitstream.
  const frame = riffChunk('ANMF', Buffer.concat([Buffer.alloc(16), still.subarray(12)]));
  return webp(width, height, [riffChunk('ANIM', Buffer.alloc(6)), frame], 2);
}

function webp(width: number, height: number, chunks: Buffer[], flags: number): Buffer {
  const canvas = Buffer.alloc(10);
  canvas[0] = flags;
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  const body = Buffer.concat([Buffer.from('WEBP'), riffChunk('VP8X', canvas), ...chunks]);
  return riffChunk('RIFF', body);
}

function riffChunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** A TIFF of `pages` pages, each of which says it is `width` × `height`; none has any pixels. */
export function tiffBomb(width = 60_000, height = 60_000, pages = 1): Buffer {
  const fields = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, height],
    [279, 100],
  ] as const;
  const directories = Array.from({ length: pages }, (_, page) => {
    const size = 2 + fields.length * 12 + 4;
    const directory = Buffer.alloc(size);
    directory.writeUInt16LE(fields.length, 0);
    fields.forEach(([tag, value], index) => {
      writeTiffField(directory, 2 + index * 12, tag, 4, 1, value);
    });
    directory.writeUInt32LE(page === pages - 1 ? 0 : 8 + (page + 1) * size, size - 4);
    return directory;
  });
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), ...directories]);
}

/** Writes one entry of a little-endian TIFF directory. */
export function writeTiffField(
  directory: Buffer,
  at: number,
  tag: number,
  type: number,
  count: number,
  value: number,
): void {
  directory.writeUInt16LE(tag, at);
  directory.writeUInt16LE(type, at + 2);
  directory.writeUInt32LE(count, at + 4);
  directory.writeUInt32LE(value, at + 8);
}

/** An AVIF of one colour whose header says it is `width` × `height`. */
export async function avifBomb(width = 30_000, height = 30_000): Promise<Buffer> {
  const file = await drawPicture({ format: 'avif', width: 16, height: 16 });
  const extents = file.indexOf('ispe');
  file.writeUInt32BE(width, extents + 8);
  file.writeUInt32BE(height, extents + 12);
  return file;
}
