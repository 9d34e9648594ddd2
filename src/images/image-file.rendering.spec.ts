import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { LIMITS, PictureFiles } from '../../test/helpers/picture-files.js';
import {
  type Drawing,
  drawPicture,
  pixelAt,
  pixelsOf,
  QUADRANTS,
  quadrantsOf,
} from '../../test/helpers/pictures.js';
import { planOf } from '../../test/helpers/plans.js';
import { ScaleTooLarge } from '../renditions/rendition.errors.js';
import type { RenditionRequest } from '../renditions/rendition-request.js';
import { Overloaded, TookTooLong } from './image-file.errors.js';
import { ImageFileService } from './image-file.service.js';

const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;
const service = new ImageFileService(LIMITS);
let files: PictureFiles;

beforeAll(async () => {
  files = await PictureFiles.create();
});
afterAll(() => files.remove());

async function render(drawing: Partial<Drawing>, request: RenditionRequest = { scale: 0.5 }) {
  const bytes = await drawPicture({ format: 'png', width: 64, height: 32, ...drawing });
  const path = await files.put(bytes);
  const picture = await service.inspect(path);
  return service.render(path, picture, planOf(picture, request));
}

/** The greatest difference of a channel between the quadrants and the colours they were painted in. */
async function colourError(picture: Buffer): Promise<number> {
  const seen = quadrantsOf(await pixelsOf(picture));
  const painted = Object.values(QUADRANTS);
  const errors = painted.flatMap((colour, quadrant) =>
    colour.map((value, channel) => Math.abs(value - (seen[quadrant]?.[channel] ?? 999))),
  );
  return Math.max(...errors);
}

describe('ImageFileService.render', () => {
  it.each(FORMATS)('keeps the format of a %s, at the size it names', async (format) => {
    const { data, mediaType, width, height } = await render({ format });
    const facts = { mediaType, width, height };
    expect(facts).toEqual({ mediaType: `image/${format}`, width: 32, height: 16 });
    const inspected = await service.inspect(await files.put(data));
    expect(inspected).toMatchObject({ ...facts, orientation: 1 });
    // GIF's palette and dithering are the coarsest.
    expect(await colourError(data)).toBeLessThanOrEqual(8);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('turns orientation %i upright', async (orientation) => {
    const size = { width: 128, height: 64 };
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif'] as const) {
      const { data, width, height } = await render({ ...size, format, orientation });
      expect({ width, height }).toEqual({ width: 64, height: 32 });
      await expect(pixelsOf(data)).resolves.toMatchObject({ width, height });
      expect(await colourError(data)).toBeLessThanOrEqual(8);
    }
    const [turned, upright] = [
      await render({ ...size, orientation, texture: true }, {}),
      await render({ ...size, texture: true }, {}),
    ];
    expect(await pixelsOf(turned.data)).toEqual(await pixelsOf(upright.data));
  });

  it.each(FORMATS)('has no profile, position, camera or orientation in a %s', async (format) => {
    const exif = { takenAt: '2024:05:06 07:08:09', make: 'Acme', gps: true };
    const icc = format === 'gif' ? undefined : 'p3';
    const { data } = await render({ format, exif, icc, orientation: 6 });
    const metadata = await sharp(data).metadata();
    expect(metadata).not.toHaveProperty('exif');
    expect(metadata).not.toHaveProperty('xmp');
    expect(metadata).not.toHaveProperty('icc');
    expect(metadata.orientation ?? 1).toBe(1);
    expect(data.includes('Acme')).toBe(false);
  });

  it.each<[string, Partial<Drawing>, number]>([
    ['16-bit PNG', { format: 'png', depth: 16 }, 1],
    ['16-bit TIFF', { format: 'tiff', depth: 16 }, 1],
    ['PNG in Display P3', { format: 'png', icc: 'p3' }, 2],
    ['JPEG in Display P3', { format: 'jpeg', icc: 'p3' }, 6],
    ['16-bit PNG in Display P3', { format: 'png', depth: 16, icc: 'p3' }, 2],
    ['16-bit TIFF in Display P3', { format: 'tiff', depth: 16, icc: 'p3' }, 2],
    ['palette PNG', { format: 'png', palette: true }, 2],
    ['progressive JPEG', { format: 'jpeg', progressive: true }, 5],
    ['interlaced PNG', { format: 'png', progressive: true }, 1],
  ])('shows the colours of a %s', async (_name, drawing, tolerance) => {
    const { data } = await render(drawing);
    expect(await colourError(data)).toBeLessThanOrEqual(tolerance);
    await expect(sharp(data).metadata()).resolves.toMatchObject({ space: 'srgb', depth: 'uchar' });
  });

  it('shows a CMYK picture in colours near those it was made from', async () => {
    for (const format of ['jpeg', 'tiff'] as const) {
      // Ink cannot print the pure tones: the round trip itself costs this much.
      const { data } = await render({ format, cmyk: true, quality: 100 });
      expect(await colourError(data)).toBeLessThanOrEqual(45);
      await expect(sharp(data).metadata()).resolves.toMatchObject({ space: 'srgb', channels: 3 });
    }
  });

  it.each([8, 16] as const)('keeps grey of %i bits grey', async (depth) => {
    const { data } = await render({ greyscale: true, depth });
    for (const [red, green, blue] of quadrantsOf(await pixelsOf(data))) {
      expect([green ?? red, blue ?? red]).toEqual([red, red]);
    }
  });

  it.each(['png', 'webp', 'tiff', 'gif', 'avif'] as const)('keeps alpha in %s', async (format) => {
    const { data } = await render({ format, alpha: true });
    const pixels = await pixelsOf(data);
    expect(pixels.channels).toBe(4);
    expect(pixelAt(pixels, 4, 4)[3]).toBeGreaterThanOrEqual(253);
    expect(pixelAt(pixels, 28, 12)[3]).toBeLessThanOrEqual(2);
  });

  it('keeps a lossless WebP lossless', async () => {
    const { data } = await render({ format: 'webp', lossless: true }, { quality: 1 });
    expect(data.includes('VP8L')).toBe(true);
    expect(await colourError(data)).toBe(0);
  });

  it('lets quality decide over the bytes of lossy formats, at full size', async () => {
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      const drawing = { format, width: 200, height: 100, texture: true };
      const [low, usual, high] = [
        await render(drawing, { quality: 5 }),
        await render(drawing, {}),
        await render(drawing, { quality: 100 }),
      ];
      expect(low).toMatchObject({ width: 200, height: 100 });
      expect(low.data.length).toBeLessThan(usual.data.length);
      expect(usual.data.length).toBeLessThan(high.data.length);
    }
  });

  it('never changes the original', async () => {
    const path = await files.put(await drawPicture({ format: 'jpeg', width: 64, height: 32 }));
    const hash = async () =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    const before = await hash();
    const picture = await service.inspect(path);
    await service.render(path, picture, planOf(picture, { scale: 0.3, quality: 10 }));
    expect(await hash()).toBe(before);
  });

  it.each(FORMATS)('shrinks a %s to a single pixel, and enlarges it', async (format) => {
    const one = await render({ format }, { scale: 1e-9 });
    expect(await pixelsOf(one.data)).toMatchObject({ width: 1, height: 1 });
    const large = await render({ format }, { scale: 3.3 });
    expect(await pixelsOf(large.data)).toMatchObject({ width: 211, height: 106 });
  });

  it('drops a rendering whose client left before its turn, and refuses those beyond the queue', async () => {
    const narrow = new ImageFileService({ ...LIMITS, decodes: 1, decodeQueue: 1 });
    const path = await files.put(await drawPicture({ format: 'avif', width: 800, height: 600 }));
    const picture = await service.inspect(path);
    const leaving = new AbortController();
    // Longer than it takes the others to come.
    const plan = planOf(picture, { scale: 2 });
    const running = narrow.render(path, picture, plan);
    while (narrow.turns.running === 0) await pause(1);
    const waiting = narrow.render(path, picture, plan, { signal: leaving.signal });
    while (narrow.turns.waiting === 0) await pause(1);
    await expect(narrow.render(path, picture, plan)).rejects.toThrow(Overloaded);
    leaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await expect(running).resolves.toBeDefined();
  });

  it('answers in time, whatever the encoder does, and keeps its place until it has ended', async () => {
    const hasty = new ImageFileService({ ...LIMITS, renditionTimeoutMs: 300 });
    const path = await files.put(await drawPicture({ format: 'avif', width: 800, height: 600 }));
    const picture = await service.inspect(path);
    // A second of encoding and more.
    const begun = performance.now();
    await expect(hasty.render(path, picture, planOf(picture, { scale: 3.5 }))).rejects.toThrow(
      TookTooLong,
    );
    expect(performance.now() - begun).toBeLessThan(900);
    expect(hasty.turns.running).toBe(1);
    for (let tries = 0; hasty.turns.running > 0 && tries < 200; tries += 1) await pause(50);
    expect(hasty.turns.running).toBe(0);
  });

  it('counts the time that it waits for its turn, too', async () => {
    const hasty = new ImageFileService({ ...LIMITS, decodes: 1, renditionTimeoutMs: 100 });
    const path = await files.put(await drawPicture({ format: 'avif', width: 800, height: 600 }));
    const picture = await service.inspect(path);
    const scaled = (scale: number) => hasty.render(path, picture, planOf(picture, { scale }));
    const slow = scaled(2.5);
    while (hasty.turns.running === 0) await pause(1);
    for (const one of [slow, scaled(0.1)]) await expect(one).rejects.toThrow(TookTooLong);
    expect(hasty.turns.waiting).toBe(0);
    for (let tries = 0; hasty.turns.running > 0 && tries < 200; tries += 1) await pause(50);
  });

  it('names a scale that fits into the memory for decodes, and keeps to it', async () => {
    const small = new ImageFileService({ ...LIMITS, decodeMemory: 40_000_000 });
    const path = await files.put(
      await drawPicture({ format: 'webp', width: 640, height: 480, lossless: false }),
    );
    const picture = await small.inspect(path);
    const scaled = (scale: number) => small.render(path, picture, planOf(picture, { scale }));
    const refusal = await scaled(8).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ScaleTooLarge);
    const { largestScale } = refusal as ScaleTooLarge;
    expect(largestScale).toBeGreaterThan(1);
    await expect(scaled(largestScale)).resolves.toBeDefined();
    await expect(scaled(largestScale * 1.01)).rejects.toThrow(ScaleTooLarge);
  });

  it('takes into account what the lines of a drawing need', async () => {
    const small = new ImageFileService({ ...LIMITS, decodeMemory: 40_000_000 });
    const path = await files.put(await drawPicture({ format: 'png', width: 64, height: 48 }));
    const picture = await small.inspect(path);
    const drawn = (bytes: number) => {
      const lines = `<path d="${'M0 0h9v9z'.repeat(bytes / 9)}"/>`;
      const svg = Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">${lines}</svg>`,
      );
      const plan = planOf(picture, { scale: 1, overlay: true });
      return small.render(path, picture, plan, { drawing: { svg, how: 'over' } });
    };
    await expect(drawn(1_000)).resolves.toBeDefined();
    await expect(drawn(500_000)).rejects.toThrow(ScaleTooLarge);
  });
});
