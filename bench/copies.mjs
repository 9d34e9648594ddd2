import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { giveUp, prepare } from '../scripts/prepare.mjs';
import { median } from './apparatus/comparison.mjs';
import { details, shapes } from './apparatus/photographs.mjs';
import { exactLanczos, psnr, readPixels, ssim } from './apparatus/pixels.mjs';
import { forgetPeak, memoryMb, ownCpuMs } from './apparatus/process-usage.mjs';

// What smaller stored copies save, and that nothing made of them is worse than made of the original: likeness
// is against an exact Lanczos reduction of the original's pixels, times are CPU time of the whole process.

const QUALITY = 75;
const SCALES = [
  0.5, 0.3125, 0.3, 0.275, 0.25, 0.225, 0.2, 0.175, 0.15, 0.13, 0.125, 0.11, 0.1, 0.09, 0.08, 0.07,
  0.0625, 0.05, 0.04, 0.03, 0.02,
];
const FASTER = [
  { type: 'image/jpeg', scale: 0.25, least: 1.3 },
  { type: 'image/jpeg', scale: 0.1, least: 2.5 },
  { type: 'image/png', scale: 0.25, least: 3 },
  { type: 'image/png', scale: 0.1, least: 3 },
];
/** PSNR is told to two digits, and is one of noise. */
const NO_WORSE_DB = -0.1;
const [TILE, VIEWER, FIRST_MS, TILE_MS] = [512, 6, 2_000, 60];
const LIMITS = {
  maxPixels: 50e6,
  maxPixelsHeavy: 25e6,
  maxFrames: 500,
  maxOutputSide: 8192,
  decodes: availableParallelism(),
  decodeMemory: 512 * 1024 * 1024,
  decodeQueue: 32,
  renditionTimeoutMs: 10_000,
};

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } });
const rounds = Number(values.rounds);
await prepare().catch(giveUp);

const signal = new AbortController().signal;
const directory = await mkdtemp(join(tmpdir(), 'loupe-copies-'));
/** @type {[name: string, mediaType: string, original: Buffer][]} */
const originals = [];
for (const [name, pixels] of [
  ['soft shapes under noise', await shapes(4000, 3000, 1, 12)],
  ['lines and discs', await details(1)],
]) {
  const jpeg = await pixels.clone().jpeg({ quality: 90 }).toBuffer();
  originals.push([`${name}, JPEG`, 'image/jpeg', jpeg]);
  originals.push([`${name}, PNG`, 'image/png', await pixels.png().toBuffer()]);
}
// Only now: the service forbids sharp to read SVG.
const { ImageFileService } = await import('../dist/src/images/image-file.service.js');
const { copiesOf, levelsOf, sourcesOf } = await import('../dist/src/images/copies/copy-choice.js');
const imageFiles = new ImageFileService(LIMITS);
try {
  for (const original of originals) await measureCopies(...original);
  await measurePyramid();
} finally {
  await rm(directory, { recursive: true });
}

/** @param {string} name @param {string} mediaType @param {Buffer} original */
async function measureCopies(name, mediaType, original) {
  const path = join(directory, 'original');
  await writeFile(path, original);
  const picture = { width: 4000, height: 3000, mediaType, orientation: 1 };
  const specs = copiesOf(picture);
  const { result, ms } = await ownCpuMs(() =>
    imageFiles.makeCopies(path, picture, specs, { signal, isUrgent: true }),
  );
  const copies = new Map();
  for (const { spec, data } of result) {
    copies.set(spec.level, join(directory, `copy-${spec.level}`));
    await writeFile(copies.get(spec.level), data);
  }
  const sizes = result.map(
    ({ spec, mediaType: type, data }) => `1/${2 ** spec.level} ${type.slice(6)} ${mb(data.length)}`,
  );
  console.log(
    `\n${name} ${mb(original.length)} MB: copies ${sizes.join(', ')} MB, made in ${ms.toFixed(0)} ms\n`,
  );
  console.log(
    '| scale | made of | PSNR, direct | of the copy | encoded: exact, direct, of the copy | SSIM, direct, of the copy |',
  );
  console.log('| --- | --- | --: | --: | --- | --- |');
  const full = await readPixels(sharp(path));
  for (const scale of SCALES) {
    const plan = planAt(picture, scale);
    const [source] = sourcesOf(picture, plan).filter(({ spec }) => spec.layout === 'whole');
    const exact = exactLanczos(full, plan.scaled.width, plan.scaled.height);
    const rounded = Buffer.from(Uint8ClampedArray.from(exact.data, Math.round));
    const raw = { width: exact.width, height: exact.height, channels: 3 };
    const bound = await likeness(exact, sharp(rounded, { raw }));
    const direct = await likeness(exact, resized(path, plan));
    if (!source) {
      console.log(
        `| ${scale} | original | ${direct.plain.toFixed(1)} | | ${bound.encoded.toFixed(2)}, ${direct.encoded.toFixed(2)} | ${direct.ssim.toFixed(4)} |`,
      );
      continue;
    }
    const copied = await likeness(exact, resized(copies.get(source.spec.level), plan));
    console.log(
      `| ${scale} | 1/${2 ** source.spec.level} | ${direct.plain.toFixed(1)} | ${copied.plain.toFixed(1)} | ${[bound, direct, copied].map((one) => one.encoded.toFixed(2)).join(', ')} | ${[direct, copied].map((one) => one.ssim.toFixed(4)).join(', ')} |`,
    );
    judge(`${name} at ${scale} of a copy`, copied.plain - direct.plain, NO_WORSE_DB, 'dB');
  }
  for (const { type, scale, least } of FASTER) {
    if (type !== mediaType) continue;
    const plan = planAt(picture, scale);
    const [{ spec }] = sourcesOf(picture, plan);
    const ways = [path, copies.get(spec.level)].map((from) => ({ from, turns: [] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const { from, turns } of round % 2 === 0 ? ways : ways.toReversed()) {
        turns.push((await ownCpuMs(() => bare(resized(from, plan)).toBuffer())).ms);
      }
    }
    const [direct, copied] = ways.map(({ turns }) => median(turns));
    console.log(
      `scale ${scale}: ${direct.toFixed(1)} ms of the original, ${copied.toFixed(1)} of the copy`,
    );
    judge(`${name} at ${scale}, faster than bare sharp`, direct / copied, least, '×');
  }
}

async function measurePyramid() {
  const picture = { width: 8660, height: 5773, mediaType: 'image/jpeg', orientation: 1 };
  const path = join(directory, 'large.jpg');
  const pixels = await shapes(picture.width, picture.height, 1, 12);
  await pixels.jpeg({ quality: 90 }).toFile(path);
  const levels = levelsOf(picture);
  const pathOf = (spec) => join(directory, `level-${spec.level}`);
  const before = (await memoryMb(process.pid)).now;
  await forgetPeak(process.pid);
  const begun = performance.now();
  // As the service does it: the full size apart from the others.
  const { ms } = await ownCpuMs(() =>
    Promise.all(
      [levels.slice(1), levels.slice(0, 1)].map((piece) =>
        imageFiles.makeLevels(path, picture, piece, pathOf, { signal, isUrgent: true }),
      ),
    ),
  );
  const made = performance.now() - begun;
  const added = (await memoryMb(process.pid)).peak - before;
  const bytes = await Promise.all(levels.map(async (spec) => (await stat(pathOf(spec))).size));
  console.log(
    `\npyramid of ${mb((await stat(path)).size)} MB, 50 megapixels: ${bytes.map(mb).join(' + ')} MB, made in ${made.toFixed(0)} ms (CPU ${ms.toFixed(0)}), ${added.toFixed(0)} MB of memory at the highest`,
  );

  const tiles = tilesOf(picture, levels);
  const first = performance.now();
  await renderTile(picture, pathOf, tiles[0]);
  judge(
    'first tile, pyramid and all',
    FIRST_MS - (made + performance.now() - first),
    0,
    'ms to spare',
  );
  const times = [];
  const start = performance.now();
  const { ms: cpuMs } = await ownCpuMs(() =>
    Promise.all(
      Array.from({ length: VIEWER }, async (_, viewer) => {
        for (let number = viewer; number < tiles.length; number += VIEWER) {
          const asked = performance.now();
          await renderTile(picture, pathOf, tiles[number]);
          times.push(performance.now() - asked);
        }
      }),
    ),
  );
  times.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => times[Math.floor(times.length * share)]);
  const perSecond = (1000 * times.length) / (performance.now() - start);
  console.log(
    `${times.length} tiles, ${VIEWER} at once: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${perSecond.toFixed(0)} a second, ${(cpuMs / tiles.length).toFixed(1)} ms of CPU each`,
  );
  judge('tiles, p99', TILE_MS - p99, 0, 'ms to spare');
  await measureTiles(picture, path, pathOf, levels);
}

/** How a tile's likeness fares by its level. */
async function measureTiles(picture, path, pathOf, levels) {
  console.log('\n| level | PSNR of the encoded tile, of the original | of the pyramid | SSIM | |');
  console.log('| --- | --: | --: | --: | --: |');
  for (const { level } of levels.slice(0, 4)) {
    const step = 2 ** level;
    const region = { left: TILE * step, top: 0, width: TILE * step, height: TILE * step };
    const plan = { ...planAt(picture, 1), region, scaled: { width: TILE, height: TILE } };
    const part = await readPixels(sharp(path).extract(region));
    const exact = exactLanczos(part, TILE, TILE);
    const direct = await likeness(exact, resized(path, plan));
    const [source] = sourcesOf(picture, plan).filter(({ spec }) => spec.layout === 'tiled');
    const tile = await likeness(
      exact,
      sharp(pathOf(source.spec)).extract(source.region).resize(TILE, TILE, { fit: 'fill' }),
    );
    console.log(
      `| ${level} | ${direct.encoded.toFixed(2)} | ${tile.encoded.toFixed(2)} | ${direct.ssim.toFixed(4)} | ${tile.ssim.toFixed(4)} |`,
    );
    judge(`tile of level ${level}, encoded`, tile.encoded - direct.encoded, NO_WORSE_DB, 'dB');
  }
}

function tilesOf(picture, levels) {
  return levels.toReversed().flatMap(({ level }) => {
    const side = TILE * 2 ** level;
    const places = (length) =>
      Array.from({ length: Math.ceil(length / side) }, (_, number) => number * side);
    return places(picture.height).flatMap((top) =>
      places(picture.width).map((left) => {
        const width = Math.min(side, picture.width - left);
        const height = Math.min(side, picture.height - top);
        const scaled = {
          width: Math.ceil(width / 2 ** level),
          height: Math.ceil(height / 2 ** level),
        };
        return {
          ...planAt(picture, 1),
          region: { left, top, width, height },
          scaled,
          ...framed(scaled),
        };
      }),
    );
  });
}

async function renderTile(picture, pathOf, plan) {
  const source = sourcesOf(picture, plan).find(({ spec }) => spec.layout === 'tiled');
  const copy = { ...source.size, mediaType: 'image/tiff', orientation: 1 };
  await imageFiles.render(pathOf(source.spec), copy, { ...plan, region: source.region });
}

function planAt(picture, scale) {
  const scaled = {
    width: Math.round(picture.width * scale),
    height: Math.round(picture.height * scale),
  };
  const region = { left: 0, top: 0, width: picture.width, height: picture.height };
  const unturned = { mirrored: false, turn: 0, colours: 'color', background: null };
  const encoded = { format: 'jpeg', quality: QUALITY, keepsLossless: false, maxBytes: null };
  const drawn = { overlay: false, mask: null, sizedBy: 'scale' };
  return { region, scaled, ...framed(scaled), ...unturned, ...encoded, ...drawn };
}

function framed(scaled) {
  return { frame: { left: 0, top: 0, ...scaled }, size: scaled };
}

/** The direct way, and that of a copy. */
function resized(path, { region, scaled }) {
  const isPart = region.left > 0;
  const picture = isPart ? sharp(path).extract(region) : sharp(path);
  return picture.resize(scaled.width, scaled.height, { fit: 'fill' });
}

function bare(picture) {
  return picture.jpeg({ quality: QUALITY, optimiseCoding: false });
}

async function likeness(exact, picture) {
  const plain = psnr(exact, await readPixels(picture.clone()));
  const pixels = await readPixels(sharp(await bare(picture.clone()).toBuffer()));
  return { plain, encoded: psnr(exact, pixels), ssim: ssim(exact, pixels) };
}

function judge(what, value, least, unit) {
  const holds = value >= least;
  if (!holds) process.exitCode = 1;
  if (unit === 'dB' && holds) return;
  console.log(
    `${holds ? 'holds' : 'MISSED'}: ${what}: ${value.toFixed(2)} ${unit}, at least ${least}`,
  );
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(2);
}
