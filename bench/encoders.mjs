import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { median } from './apparatus/comparison.mjs';
import { drawDetailedPhotograph, drawPhotograph } from './apparatus/photographs.mjs';
import { exactLanczos, psnr, readPixels, ssim } from './apparatus/pixels.mjs';
import { ownCpuMs } from './apparatus/process-usage.mjs';

// What a format's settings cost: a 12-megapixel JPEG at scale 0.25, decode included. CPU time is that of the
// whole process; bytes and likeness are of the encoded rendition, against an exact Lanczos reduction.

const [WIDTH, HEIGHT] = [1000, 750];
const CHOICES = [
  { format: 'jpeg', settings: { optimiseCoding: false } },
  { format: 'jpeg', settings: {} },
  { format: 'jpeg', settings: { progressive: true } },
  { format: 'jpeg', settings: { mozjpeg: true } },
  { format: 'jpeg', settings: { optimiseCoding: false, chromaSubsampling: '4:4:4' } },
  { format: 'webp', settings: { effort: 0 } },
  { format: 'webp', settings: { effort: 1 } },
  { format: 'webp', settings: { effort: 2 }, mostMs: 90 },
  { format: 'webp', settings: { effort: 3 } },
  { format: 'webp', settings: { effort: 4 } },
  { format: 'webp', settings: { effort: 2, smartSubsample: true } },
  { format: 'avif', settings: { effort: 0, chromaSubsampling: '4:2:0' } },
  { format: 'avif', settings: { effort: 0, chromaSubsampling: '4:4:4' }, mostMs: 150 },
  { format: 'avif', settings: { effort: 1, chromaSubsampling: '4:2:0' } },
  { format: 'avif', settings: { effort: 2, chromaSubsampling: '4:2:0' } },
  { format: 'avif', settings: { effort: 2, chromaSubsampling: '4:4:4' } },
  { format: 'avif', settings: { effort: 4, chromaSubsampling: '4:4:4' } },
  { format: 'png', settings: {} },
  { format: 'png', settings: { compressionLevel: 1, adaptiveFiltering: true } },
  { format: 'png', settings: { compressionLevel: 2, adaptiveFiltering: true } },
  { format: 'png', settings: { compressionLevel: 6, adaptiveFiltering: true } },
];
const QUALITY = 75;
/** Slower ones are measured once: nobody will choose them. */
const SLOW_MS = 1_000;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
sharp.cache(false);
sharp.concurrency(1);

const directory = await mkdtemp(join(tmpdir(), 'loupe-encoders-'));
try {
  for (const [name, draw] of [
    ['soft shapes under noise', drawPhotograph],
    ['lines and letters', drawDetailedPhotograph],
  ]) {
    const path = join(directory, 'original.jpg');
    await draw(path, 1);
    await measure(name, path);
  }
} finally {
  await rm(directory, { recursive: true });
}

/** @param {string} name @param {string} path */
async function measure(name, path) {
  const exact = exactLanczos(await readPixels(sharp(path)), WIDTH, HEIGHT);
  const field = CHOICES.map((choice) => ({ choice, turns: [], data: Buffer.alloc(0) }));
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of round % 2 === 0 ? field : field.toReversed()) {
      if ((entry.turns[0] ?? 0) > SLOW_MS) continue;
      const { format, settings } = entry.choice;
      const { result, ms } = await ownCpuMs(() =>
        sharp(path)
          .resize(WIDTH, HEIGHT, { fit: 'fill' })
          // For a PNG it would be the number of colours.
          .toFormat(format, { ...(format !== 'png' && { quality: QUALITY }), ...settings })
          .toBuffer(),
      );
      entry.turns.push(ms);
      entry.data = result;
    }
  }
  console.log(`\n${name}, quality ${QUALITY}, median of ${rounds} rounds\n`);
  console.log('| format | settings | CPU ms | bytes | SSIM | PSNR, dB |');
  console.log('| ------ | -------- | -----: | ----: | ---: | -------: |');
  for (const { choice, turns, data } of field) {
    const { format, settings, mostMs = Infinity } = choice;
    const pixels = await readPixels(sharp(data));
    const told = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
    const ms = median(turns);
    const figures = [data.length, ssim(exact, pixels).toFixed(4), psnr(exact, pixels).toFixed(2)];
    const cells = [format, told.join(', ') || 'sharp’s own', ms.toFixed(0), ...figures];
    console.log(`| ${cells.join(' | ')} |`);
    if (ms <= mostMs) continue;
    console.log(`MISSED: at most ${mostMs} ms`);
    process.exitCode = 1;
  }
}
