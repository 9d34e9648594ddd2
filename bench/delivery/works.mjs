import { join } from 'node:path';
import sharp from 'sharp';
import { ask, requestBytes } from '../apparatus/load.mjs';

// What renderers are asked for, in the words of each of them.

const { outputOf } = await import(
  join(import.meta.dirname, '..', '..', 'dist', 'src', 'images', 'rendition-formats.js')
);

/** Of all renditions that are no question of quality. */
export const QUALITY = 75;

/** @typedef {'jpeg' | 'png' | 'webp' | 'avif'} Format */
/**
 * @typedef {object} Work a rendition
 * @property {import('./pictures.mjs').Picture} picture
 * @property {number} width
 * @property {number} height
 * @property {Format} format
 * @property {number} quality of lossy formats
 * @property {Record<string, unknown>} settings what the service tells its encoder
 */

/**
 * @param {import('./pictures.mjs').Picture} picture
 * @param {{ width: number, height: number }} size
 * @param {Format} format
 * @returns {Work}
 */
export function workOf(picture, { width, height }, format, quality = QUALITY) {
  const { settings } = outputOf({ format, quality, lossless: false }, width * height);
  return { picture, width, height, format, quality, settings };
}

/** @param {{ width: number, height: number }} picture @param {number} scale */
export function scaled({ width, height }, scale) {
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * Works enough that so many clients never want the same at the same time, which the service would make only
 * once: of each picture several sizes, a few pixels apart.
 *
 * @param {import('./pictures.mjs').Picture[]} pictures
 * @param {number} scale
 * @param {Format} format
 * @param {number} clients
 */
export function worksOf(pictures, scale, format, clients) {
  const sizes = Math.ceil((2 * clients) / pictures.length);
  return Array.from({ length: sizes }, (_, less) =>
    pictures.map((picture) => {
      // 4:3 in whole pixels: one of the peers keeps proportions.
      const quarter = Math.round((picture.width * scale) / 4) - less;
      return workOf(picture, { width: quarter * 4, height: quarter * 3 }, format);
    }),
  ).flat();
}

/**
 * An endless row of works at about a scale, no two of which are the same.
 *
 * @param {import('./pictures.mjs').Picture[]} pictures
 * @param {number} scale
 * @param {number} number of the work
 * @param {Format} [format]
 */
export function newWork(pictures, scale, number, format = 'jpeg') {
  const picture = /** @type {import('./pictures.mjs').Picture} */ (
    pictures[number % pictures.length]
  );
  const round = Math.floor(number / pictures.length);
  // Of a PNG only the size can differ.
  const [qualities, widths] = format === 'png' ? [1, 32] : [31, 8];
  const quality = 60 + (round % qualities);
  const variation = Math.floor(round / qualities);
  const { width, height } = scaled(picture, scale);
  const size = {
    width: width - (variation % widths),
    height: height - Math.floor(variation / widths),
  };
  return workOf(picture, size, format, quality);
}

/** @type {Record<string, (work: Work) => string>} */
export const PATHS = {
  service: ({ picture, width, height, format, quality }) =>
    `/images/${picture.key}/file?width=${width}&height=${height}&fit=fill&format=${format}` +
    (format === 'png' ? '' : `&quality=${quality}`),
  ipx: ({ picture, width, height, format, quality }) =>
    `/s_${width}x${height},f_${format},q_${quality}/${picture.file}`,
  iiif: ({ picture, width, height, format }) =>
    `/iiif/3/${picture.file}/full/${width},${height}/0/default.${format === 'jpeg' ? 'jpg' : format}`,
  nginx: ({ picture, width, height }) => `/${width}x${height}/${picture.file}`,
};

/** @param {Work} work @param {keyof typeof PATHS} server */
export function requestOf(work, server) {
  return requestBytes('GET', /** @type {any} */ (PATHS[server])(work));
}

/**
 * A request for each of some works. Its first answer is looked at; all others must be as long.
 *
 * @param {number} port
 * @param {Work[]} works
 * @param {keyof typeof PATHS} server
 * @returns {Promise<import('../apparatus/load.mjs').Exchange[]>}
 */
export async function exchangesOf(port, works, server) {
  /** @type {import('../apparatus/load.mjs').Exchange[]} */
  const exchanges = [];
  // One after the other: for many clients there are more works than the service lets wait.
  for (const work of works) {
    const bytes = requestOf(work, server);
    const answer = await ask(port, bytes);
    await assertIs(answer, work, `${server}, ${PATHS[server]?.(work)}`);
    exchanges.push({ bytes, status: 200, length: answer.length });
  }
  return exchanges;
}

/**
 * @param {{ status: number, body: Buffer }} answer
 * @param {{ width: number, height: number, format: Format }} expected
 * @param {string} what
 */
export async function assertIs({ status, body }, expected, what) {
  if (status !== 200) throw new Error(`${what} was answered ${status}: ${body.subarray(0, 500)}`);
  const { format, width, height } = await sharp(body).metadata();
  // libvips calls the container by its name.
  const found = format === 'heif' ? 'avif' : format;
  if (found === expected.format && width === expected.width && height === expected.height) return;
  throw new Error(`${what} was answered with ${found} of ${width} × ${height}.`);
}
