import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPhotograph, shapes } from '../apparatus/photographs.mjs';

/** @typedef {{ key: string, file: string, path: string, width: number, height: number }} Picture */
/** @typedef {'jpeg' | 'png' | 'small' | 'large'} Kind */

/** How many of a kind take turns: the same few bytes again and again would be found in processor caches. */
const KINDS = {
  jpeg: { count: 4, width: 4000, height: 3000, extension: 'jpg' },
  png: { count: 2, width: 4000, height: 3000, extension: 'png' },
  small: { count: 4, width: 800, height: 600, extension: 'jpg' },
  large: { count: 1, width: 8660, height: 5773, extension: 'jpg' },
};

/** What they are called in the titles of findings. */
export const NAMES = {
  jpeg: '12-megapixel JPEG',
  png: '12-megapixel PNG',
  small: 'small JPEG',
  large: '50-megapixel JPEG',
};

/**
 * Draws the pictures of a kind, like photographs.
 *
 * @param {string} directory
 * @param {Kind} kind
 * @returns {Promise<Picture[]>}
 */
export async function drawPictures(directory, kind) {
  const { count, width, height, extension } = KINDS[kind];
  const pictures = [];
  for (let number = 0; number < count; number += 1) {
    const key = `${kind}-${number}`;
    const file = `${key}.${extension}`;
    const picture = { key, file, path: join(directory, file), width, height };
    await draw(picture, kind, number + 1);
    pictures.push(picture);
  }
  return pictures;
}

/** @param {Picture} picture @param {Kind} kind @param {number} seed */
async function draw({ path, width, height }, kind, seed) {
  if (kind === 'jpeg') return drawPhotograph(path, seed);
  const picture = await shapes(width, height, seed, 12);
  const encoded = kind === 'png' ? picture.png() : picture.jpeg({ quality: 90 });
  return writeFile(path, await encoded.toBuffer());
}
