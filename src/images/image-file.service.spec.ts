import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpuMs } from '../../test/helpers/cpu-time.js';
import {
  avifBomb,
  gifBomb,
  gifOfManyFrames,
  tiffBomb,
  webpBomb,
  webpOfManyFrames,
} from '../../test/helpers/picture-bombs.js';
import { LIMITS, PictureFiles } from '../../test/helpers/picture-files.js';
import {
  type Drawing,
  drawPicture,
  pdf,
  pngBomb,
  polyglot,
  ppm,
  svg,
  truncated,
} from '../../test/helpers/pictures.js';
import { TooManyPixels, UndecodablePicture, UnrecognisedPicture } from './image-file.errors.js';
import { ImageFileService } from './image-file.service.js';

const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;
const service = new ImageFileService(LIMITS);
let files: PictureFiles;

beforeAll(async () => {
  files = await PictureFiles.create();
});
afterAll(() => files.remove());

const inspect = async (bytes: Buffer) => service.inspect(await files.put(bytes));
const draw = (drawing: Partial<Drawing>) =>
  drawPicture({ format: 'jpeg', width: 60, height: 40, ...drawing });

describe('ImageFileService.inspect', () => {
  it.each(FORMATS)('says what a %s is', async (format) => {
    await expect(inspect(await draw({ format }))).resolves.toEqual({
      mediaType: `image/${format}`,
      width: 60,
      height: 40,
      orientation: 1,
      thumbhash: expect.stringMatching(/^[A-Za-z0-9+/]{20,40}={0,2}$/),
      capture: {},
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('measures orientation %i upright', async (orientation) => {
    const upright = await inspect(await draw({ format: 'png' }));
    const turned = await inspect(await draw({ format: 'png', orientation }));
    expect(turned).toEqual({ ...upright, orientation });
  });

  it('reads what the camera wrote', async () => {
    const exif = { takenAt: '2024:05:06 07:08:09', offset: '-03:30', make: 'Acme' };
    const { capture } = await inspect(await draw({ exif }));
    expect(capture).toEqual({
      takenAt: { local: '2024-05-06T07:08:09.000', offset: '-03:30' },
      camera: 'Acme',
    });
  });

  it.each<[string, Partial<Drawing>]>([
    ...FORMATS.map((format): [string, Partial<Drawing>] => [format, { format }]),
    ['progressive jpeg', { format: 'jpeg', progressive: true }],
    ['turned jpeg', { format: 'jpeg', orientation: 6 }],
    ['interlaced png', { format: 'png', progressive: true }],
    ['palette png', { format: 'png', palette: true }],
    ['lossless webp', { format: 'webp', lossless: true }],
  ])('accepts a whole %s and refuses it cut anywhere', async (_name, drawing) => {
    const whole = await draw({ ...drawing, width: 333, height: 222, texture: true });
    await expect(inspect(whole)).resolves.toBeDefined();
    const cuts = [1, 2, 5, 10, 25, 40, 50, 60, 75, 90, 95, 98, 99].map((percent) =>
      truncated(whole, percent),
    );
    for (const cut of [...cuts, whole.subarray(0, -2)]) {
      await expect(inspect(cut)).rejects.toThrow(UndecodablePicture);
    }
  });

  it('refuses a flat picture that lacks its last bytes', async () => {
    for (const format of FORMATS) {
      const whole = await draw({ format, width: 903, height: 607 });
      await expect(inspect(whole.subarray(0, -8))).rejects.toThrow(UndecodablePicture);
    }
  });

  it('asks for the first frame of an animation only', async () => {
    const animation = gifOfManyFrames(40);
    await expect(inspect(truncated(animation, 60))).resolves.toMatchObject({ width: 1, height: 1 });
    await expect(inspect(truncated(animation, 4))).rejects.toThrow(UndecodablePicture);
  });

  it('takes a picture with something behind it for what it is', async () => {
    await expect(inspect(await polyglot())).resolves.toMatchObject({ mediaType: 'image/jpeg' });
    const png = Buffer.concat([await draw({ format: 'png' }), Buffer.from('<?php ?>')]);
    await expect(inspect(png)).resolves.toMatchObject({ mediaType: 'image/png' });
  });

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['SVG', svg],
    ['PPM', ppm],
    ['PDF', pdf],
    ['libvips .v', () => Buffer.from('\x08\xf2\xa6\xb6'.padEnd(80, '\0'), 'latin1')],
    ['HEIC', () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')],
    ['JPEG XL', () => Buffer.from('\xff\x0a\xfa\x7f\x01', 'latin1')],
    ['text', () => Buffer.from('This is no picture.')],
    ['nothing', () => Buffer.alloc(0)],
  ])('does not know %s', async (_name, make) => {
    await expect(inspect(await make())).rejects.toThrow(UnrecognisedPicture);
  });

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['png', pngBomb],
    ['png beyond libpng', () => pngBomb(0x7fffffff, 0x7fffffff)],
    ['gif', gifBomb],
    ['gif of 300,000 frames', () => gifOfManyFrames(300_000)],
    ['webp', webpBomb],
    ['webp of 50,000 frames', () => webpOfManyFrames(50_000)],
    ['tiff', tiffBomb],
    ['tiff whose pages add up', () => tiffBomb(5000, 3000, 4)],
    ['tiff of 20,000 pages', () => tiffBomb(2, 2, 20_000)],
    ['avif', avifBomb],
    ['avif beyond libheif', () => avifBomb(0xffffffff, 0xffffffff)],
    ['avif of 26 megapixels', () => avifBomb(6500, 4000)],
  ])('refuses a bomb at once: %s', async (_name, make) => {
    const path = await files.put(await make());
    const start = cpuMs();
    await expect(service.inspect(path)).rejects.toThrow(TooManyPixels);
    expect(cpuMs() - start).toBeLessThan(250);
  });

  it('allows progressive and interlaced pictures fewer pixels', async () => {
    const strict = new ImageFileService({ ...LIMITS, maxPixelsHeavy: 2399 });
    for (const format of ['jpeg', 'png'] as const) {
      const plain = await files.put(await draw({ format }));
      const heavy = await files.put(await draw({ format, progressive: true }));
      await expect(strict.inspect(plain)).resolves.toBeDefined();
      await expect(strict.inspect(heavy)).rejects.toThrow(TooManyPixels);
    }
  });

  it('refuses a progressive picture of endless scans', async () => {
    const whole = await draw({ progressive: true });
    const scan = whole.subarray(whole.lastIndexOf('\xff\xda', undefined, 'latin1'), -2);
    const scans = Array<Buffer>(200).fill(scan);
    const endless = Buffer.concat([whole.subarray(0, -2), ...scans, whole.subarray(-2)]);
    await expect(inspect(endless)).rejects.toThrow('more than 100 scans');
  });

  it('refuses a file of blocks without end, before a decoder makes a record of each', async () => {
    const empty = Buffer.alloc(4 * 100_001, Buffer.from([0xff, 0xe1, 0, 2]));
    const plain = await draw({});
    const gradual = await draw({ progressive: true });
    const webp = await draw({ format: 'webp' });
    const behind = (bytes: Buffer, place: number, blocks: Buffer) =>
      Buffer.concat([bytes.subarray(0, place), blocks, bytes.subarray(place)]);
    const bombs = [
      behind(plain, 2, empty),
      behind(gradual, gradual.lastIndexOf('\xff\xda', undefined, 'latin1'), empty),
      behind(webp, webp.length, Buffer.alloc(8 * 100_001, 'abcd\0\0\0\0')),
    ];
    for (const bomb of bombs)
      await expect(inspect(bomb)).rejects.toThrow('more than 100000 blocks');
  });

  it('walks over twenty million sub-blocks of a GIF without holding anybody up', async () => {
    const still = gifOfManyFrames(1);
    const comment = Buffer.concat([Buffer.from([0x21, 0xfe]), Buffer.alloc(40_000_001, '\x01a')]);
    comment[comment.length - 1] = 0;
    const frame = still.length - 16;
    const path = await files.put(
      Buffer.concat([still.subarray(0, frame), comment, still.subarray(frame)]),
    );
    const start = cpuMs();
    await expect(service.inspect(path)).resolves.toMatchObject({ width: 1 });
    expect(cpuMs() - start).toBeLessThan(2_000);
  });

  it('refuses what would take more memory than there is for all decodes', async () => {
    const picture = await files.put(
      await draw({ format: 'png', width: 2000, height: 1500, progressive: true }),
    );
    const needed = 24e6 + 3 * 2000 * 256 * 3 + 2000 * 1500 * 3;
    const decodeMemory = needed + (await stat(picture)).size;
    const enough = new ImageFileService({ ...LIMITS, decodeMemory });
    const tooLittle = new ImageFileService({ ...LIMITS, decodeMemory: decodeMemory - 1 });
    await expect(enough.inspect(picture)).resolves.toBeDefined();
    await expect(tooLittle.inspect(picture)).rejects.toThrow(TooManyPixels);
  });

  it('reports a file that is not there as it is: no fault of the picture', async () => {
    await expect(service.inspect('/nowhere/at/all')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
