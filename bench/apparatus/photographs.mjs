import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';

/**
 * Draws something like a photograph of 12 megapixels out of a phone: soft shapes under sensor noise,
 * JPEG q90 4:2:0, four to five megabytes.
 *
 * @param {string} path
 * @param {number} seed
 */
export async function drawPhotograph(path, seed) {
  const picture = await shapes(4000, 3000, seed, 12);
  await writeFile(path, await picture.jpeg({ quality: 90 }).toBuffer());
}

/**
 * Draws what is hard to make smaller: lines, discs and edges of every direction and width on soft shapes
 * under little noise, 12 megapixels, JPEG q90 4:2:0.
 *
 * @param {string} path
 * @param {number} seed
 */
export async function drawDetailedPhotograph(path, seed) {
  const picture = await details(seed);
  await writeFile(path, await picture.jpeg({ quality: 90 }).toBuffer());
}

/** The same as pixels. @param {number} seed */
export async function details(seed) {
  const [width, height] = [4000, 3000];
  const random = randomNumbers(seed);
  const upTo = (/** @type {number} */ most) => Math.round(random() * most);
  const colour = () => `rgb(${upTo(255)},${upTo(255)},${upTo(255)})`;
  const lines = Array.from({ length: 300 }, () => {
    const [x, y, length, angle] = [upTo(width), upTo(height), upTo(900), random() * 2 * Math.PI];
    const end = `x2="${x + length * Math.cos(angle)}" y2="${y + length * Math.sin(angle)}"`;
    return `<line x1="${x}" y1="${y}" ${end} stroke="${colour()}" stroke-width="${1 + upTo(11)}"/>`;
  });
  const discs = Array.from(
    { length: 1_500 },
    () =>
      `<circle cx="${upTo(width)}" cy="${upTo(height)}" r="${2 + upTo(12)}" fill="${colour()}"/>`,
  );
  const size = `width="${width}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${[...lines, ...discs].join('')}</svg>`;
  const soft = await shapes(width, height, seed, 4);
  const { data, info } = await soft
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
}

/**
 * Draws a picture file as large as uploads may be, to the byte: 48 megapixels, JPEG, made up to
 * `bytes` by comment segments, as maker notes and previews do it.
 *
 * @param {string} path
 * @param {number} bytes
 */
export async function drawLargeJpeg(path, bytes) {
  const picture = await shapes(8000, 6000, 1, 24);
  const jpeg = await picture.jpeg({ quality: 85, chromaSubsampling: '4:4:4' }).toBuffer();
  const comments = commentSegments(bytes - jpeg.length);
  await writeFile(path, Buffer.concat([jpeg.subarray(0, 2), comments, jpeg.subarray(2)]));
}

/**
 * The same as PNG with noise in every pixel, which no compression makes smaller.
 *
 * @param {string} path
 * @param {number} mostBytes
 */
export async function drawLargePng(path, mostBytes) {
  const side = Math.floor(Math.sqrt(mostBytes / 3.01));
  const picture = await shapes(side, side, 2, 24);
  await writeFile(path, await picture.png({ compressionLevel: 0 }).toBuffer());
}

/** @param {number} width @param {number} height @param {number} seed @param {number} sigma of the noise */
export async function shapes(width, height, seed, sigma) {
  const [columns, rows] = [40, 30];
  const random = randomNumbers(seed);
  const colours = Buffer.from(
    Array.from({ length: columns * rows * 3 }, () => 40 + Math.floor(random() * 175)),
  );
  const soft = await sharp(colours, { raw: { width: columns, height: rows, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  const grain = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma },
    },
  })
    .raw()
    .toBuffer();
  for (let place = 0; place < soft.length; place += 1) {
    const value = (soft[place] ?? 0) + (grain[place] ?? 0) - 128;
    soft[place] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
  return sharp(soft, { raw: { width, height, channels: 3 } });
}

/** Numbers from 0 to below 1, the same for the same seed. @param {number} seed */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** @param {number} bytes at least 4, of all segments together */
function commentSegments(bytes) {
  const segments = Buffer.alloc(bytes, 'loupe ');
  for (let at = 0; at < bytes;) {
    // What remains is never 1 to 3 bytes: a segment has at least 4.
    const rest = bytes - at;
    const size = rest > 65_537 ? Math.min(65_537, rest - 4) : rest;
    segments.writeUInt16BE(0xfffe, at);
    segments.writeUInt16BE(size - 2, at + 2);
    at += size;
  }
  return segments;
}
