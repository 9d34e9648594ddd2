import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import { quantile } from '../apparatus/comparison.mjs';
import { ask, Connection, requestBytes } from '../apparatus/load.mjs';
import { askQuestion } from '../apparatus/question.mjs';
import { atMost } from '../apparatus/report.mjs';
import { uploadPicture } from '../apparatus/upload.mjs';
import { drawPictures } from './pictures.mjs';

// Deep zoom into a picture of 50 megapixels that has only just come: what a viewer waits for at first, and then
// for every tile of every level, from the coarsest on, as OpenSeadragon asks for them.

const AT_ONCE = 6;
const MOST_INFORMATION_MS = 50;
const MOST_FIRST_MS = 2_000;
const MOST_FURTHER_MS = 60;

/** @typedef {{ path: string, width: number, height: number }} Tile */

await askQuestion('zoom', async ({ laboratory }) => {
  const database = await laboratory.openDatabase();
  const { port } = await laboratory.startService(database.url);
  const [picture] = await drawPictures(laboratory.directory, 'large');
  if (!picture) throw new Error('There is no picture.');
  await uploadPicture(port, picture.key, picture.path);

  const base = `/iiif/3/${picture.key}`;
  const begun = performance.now();
  const answer = await ask(port, requestBytes('GET', `${base}/info.json`));
  const informationMs = performance.now() - begun;
  if (answer.status !== 200) throw new Error(`info.json was answered ${answer.status}.`);
  const [first, ...further] = tilesOf(JSON.parse(answer.body.toString()), base);
  if (!first) throw new Error('info.json names no tiles.');
  const firstMs = await timeOf(new Connection(port), first);

  /** @type {number[]} */
  const times = [];
  let asked = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const connection = new Connection(port);
      for (let tile = further[asked++]; tile; tile = further[asked++])
        times.push(await timeOf(connection, tile));
      connection.close();
    }),
  );
  const shares = [0.5, 0.9, 0.99, 1].map((share) => quantile(times, share).toFixed(0));
  console.log(
    `\n  info.json ${informationMs.toFixed(0)} ms, first tile ${firstMs.toFixed(0)} ms; ` +
      `${times.length} further ones, ${AT_ONCE} at once: p50 / p90 / p99 / most ${shares.join(' / ')} ms`,
  );
  return [
    atMost('info.json of 50 megapixels', informationMs, MOST_INFORMATION_MS, 'ms'),
    atMost('the first tile', firstMs, MOST_FIRST_MS, 'ms'),
    atMost('p99 of every further tile', quantile(times, 0.99), MOST_FURTHER_MS, 'ms'),
  ];
});

/**
 * Asks for a tile and looks at it once its time has been taken.
 *
 * @param {Connection} connection @param {Tile} tile
 */
async function timeOf(connection, { path, width, height }) {
  const begun = performance.now();
  const { status, body } = await connection.send(requestBytes('GET', path), true);
  const ms = performance.now() - begun;
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${body}`);
  const found = await sharp(body).metadata();
  if (found.format !== 'jpeg' || found.width !== width || found.height !== height)
    throw new Error(`${path} is ${found.format} of ${found.width} × ${found.height}.`);
  return ms;
}

/**
 * All tiles of all levels, the coarsest first, in OpenSeadragon's words (its IIIFTileSource.getTileUrl).
 *
 * @param {{ width: number, height: number, tiles: { width: number, height?: number, scaleFactors: number[] }[] }} information
 * @param {string} base
 * @returns {Tile[]}
 */
function tilesOf({ width, height, tiles: [tiles] }, base) {
  if (!tiles) return [];
  const side = { x: tiles.width, y: tiles.height ?? tiles.width };
  return tiles.scaleFactors
    .toSorted((one, other) => other - one)
    .flatMap((factor) => {
      const [across, down] = [side.x * factor, side.y * factor];
      const columns = Math.ceil(width / across);
      const rows = Math.ceil(height / down);
      return Array.from({ length: columns * rows }, (_, number) => {
        const left = (number % columns) * across;
        const top = Math.floor(number / columns) * down;
        const region = [Math.min(across, width - left), Math.min(down, height - top)];
        const [w = 0, h = 0] = region.map((pixels) => Math.ceil(pixels / factor));
        const isAll = columns * rows === 1;
        const place = isAll ? 'full' : [left, top, ...region].join();
        const size = isAll && factor === 1 ? 'max' : `${w},${h}`;
        return { path: `${base}/${place}/${size}/0/default.jpg`, width: w, height: h };
      });
    });
}
