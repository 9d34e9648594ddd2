import sharp from 'sharp';
import { shapes } from './photographs.mjs';

/**
 * @typedef {object} Bomb
 * @property {string} name
 * @property {Buffer} bytes
 * @property {number[]} statuses with which it may be answered
 */

const REFUSED = [413];
const DAMAGED = [422];
/** Decodable, near the limits: taken, or told to come back. */
const TAKEN = [200, 201, 503];

/** Files that say they are much larger than they are, one of each kind. @returns {Promise<Bomb[]>} */
export async function drawBombs() {
  const small = sharp({ create: { width: 16, height: 16, channels: 3, background: '#456' } });
  const png = await small.clone().png().toBuffer();
  const avif = await small.clone().avif().toBuffer();
  const still = await small.clone().webp({ lossless: true }).toBuffer();
  const gradual = await small.clone().jpeg({ progressive: true }).toBuffer();
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  const extents = avif.indexOf('ispe');
  avif.writeUInt32BE(30_000, extents + 8);
  avif.writeUInt32BE(30_000, extents + 12);
  const scan = gradual.lastIndexOf('\xff\xda', undefined, 'latin1');
  const emptySegments = Buffer.alloc(2_000_000, Buffer.from([0xff, 0xe1, 0, 2]));
  return [
    { name: 'PNG of 3,600 megapixels', bytes: png, statuses: REFUSED },
    { name: 'GIF of 3,600 megapixels', bytes: gif(60_000, 60_000, 1), statuses: REFUSED },
    { name: 'GIF of 100,000 frames', bytes: gif(1, 1, 100_000), statuses: REFUSED },
    { name: 'WebP of 20,000 frames', bytes: webp(still, 20_000), statuses: REFUSED },
    { name: 'TIFF of 3,600 megapixels', bytes: tiff(60_000, 60_000), statuses: REFUSED },
    { name: 'AVIF of 900 megapixels', bytes: avif, statuses: REFUSED },
    {
      name: 'JPEG of 500,000 segments',
      bytes: Buffer.concat([gradual.subarray(0, scan), emptySegments, gradual.subarray(scan)]),
      statuses: REFUSED,
    },
    {
      name: 'PNG cut after its header',
      bytes: (await small.clone().png().toBuffer()).subarray(0, 60),
      statuses: DAMAGED,
    },
  ];
}

/** Pictures within the limits that cost as much as the limits allow. @returns {Promise<Bomb[]>} */
export async function drawHeavyPictures() {
  const flat = (/** @type {number} */ width, /** @type {number} */ height) =>
    sharp({ create: { width, height, channels: 3, background: '#789' } });
  const photograph = await shapes(6000, 4000, 3, 12);
  return [
    { name: 'PNG of 49 megapixels', bytes: await flat(7000, 7000).png().toBuffer() },
    {
      name: 'progressive JPEG of 24 megapixels',
      bytes: await photograph.clone().jpeg({ progressive: true, quality: 60 }).toBuffer(),
    },
    {
      name: 'AVIF of 24 megapixels',
      bytes: await flat(6000, 4000).avif({ effort: 0 }).toBuffer(),
    },
    { name: 'JPEG of 24 megapixels', bytes: await photograph.jpeg({ quality: 60 }).toBuffer() },
  ].map((picture) => ({ ...picture, statuses: TAKEN }));
}

/** @param {number} width @param {number} height @param {number} frames */
function gif(width, height, frames) {
  const start = Buffer.from([...Buffer.from('GIF89a'), 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 9, 9, 9]);
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0]);
  start.writeUInt16LE(width, 6);
  start.writeUInt16LE(height, 8);
  frame.writeUInt16LE(width, 5);
  frame.writeUInt16LE(height, 7);
  return Buffer.concat([start, Buffer.alloc(frame.length * frames, frame), Buffer.from([0x3b])]);
}

/** @param {Buffer} still @param {number} frames */
function webp(still, frames) {
  const canvas = Buffer.alloc(10);
  canvas[0] = 2;
  canvas[4] = canvas[7] = 15;
  const frame = riffChunk('ANMF', Buffer.concat([Buffer.alloc(16), still.subarray(12)]));
  const chunks = [riffChunk('ANIM', Buffer.alloc(6)), Buffer.alloc(frame.length * frames, frame)];
  return riffChunk(
    'RIFF',
    Buffer.concat([Buffer.from('WEBP'), riffChunk('VP8X', canvas), ...chunks]),
  );
}

/** @param {string} name @param {Buffer} data */
function riffChunk(name, data) {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** @param {number} width @param {number} height */
function tiff(width, height) {
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
  ];
  const file = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  file.write('II*\0\x08\0\0\0', 'latin1');
  file.writeUInt16LE(fields.length, 8);
  for (const [place, [tag = 0, value = 0]] of fields.entries()) {
    const at = 10 + place * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(4, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  }
  return file;
}
