import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { LIMITS, PictureFiles } from '../../test/helpers/picture-files.js';
import {
  type Drawing,
  drawPicture,
  pixelAt,
  type Pixels,
  pixelsOf,
  QUADRANTS,
  quadrantsOf,
} from '../../test/helpers/pictures.js';
import { planOf } from '../../test/helpers/plans.js';
import type { CopySpec } from './copies/copy-choice.js';
import { TooManyPixels } from './image-file.errors.js';
import { ImageFileService } from './image-file.service.js';
import type { CopyOptions, Picture } from './picture.js';

const NOW: CopyOptions = { signal: new AbortController().signal, isUrgent: true };
const whole = (level: number): CopySpec => ({ layout: 'whole', level });
const tiled = (level: number): CopySpec => ({ layout: 'tiled', level });

let files: PictureFiles;
let service: ImageFileService;

beforeAll(async () => {
  files = await PictureFiles.create();
  service = new ImageFileService(LIMITS);
});
afterAll(() => files.remove());

async function stored(drawing: Drawing): Promise<{ path: string; picture: Picture }> {
  const path = await files.put(await drawPicture(drawing));
  const { width, height, orientation = 1 } = drawing;
  return { path, picture: { width, height, orientation, mediaType: `image/${drawing.format}` } };
}

async function copied(drawing: Drawing, levels: number[]) {
  const { path, picture } = await stored(drawing);
  return service.makeCopies(path, picture, levels.map(whole), NOW);
}

async function levelsOf(drawing: Drawing, levels: number[]) {
  const { path, picture } = await stored(drawing);
  const folder = await files.put(Buffer.alloc(0));
  const pathOf = ({ level }: CopySpec) => `${folder}-${level}`;
  await service.makeLevels(path, picture, levels.map(tiled), pathOf, NOW);
  return { picture, path, at: (level: number) => pathOf(tiled(level)) };
}

describe('whole copies', () => {
  it.each([1, 3, 6, 8])('are upright, whatever the orientation (%d)', async (orientation) => {
    const drawing = { format: 'jpeg', width: 400, height: 240, orientation } as const;
    const [half, eighth] = await copied(drawing, [1, 3]);
    expect([half?.mediaType, eighth?.mediaType]).toEqual(['image/jpeg', 'image/png']);
    for (const [copy, width, height] of [
      [half, 200, 120],
      [eighth, 50, 30],
    ] as const) {
      const pixels = await pixelsOf(copy!.data);
      expect([pixels.width, pixels.height]).toEqual([width, height]);
      const { orientation: left } = await sharp(copy!.data).metadata();
      expect(left ?? 1).toBe(1);
      expectQuadrants(pixels);
    }
  });

  it('cover all of a picture with odd sides', async () => {
    const [half, quarter] = await copied({ format: 'png', width: 401, height: 243 }, [1, 2]);
    const sizes = await Promise.all([half, quarter].map((copy) => sharp(copy!.data).metadata()));
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [201, 122],
      [100, 61],
    ]);
  });

  it('lose nothing of what was stored without loss, and keep alpha', async () => {
    for (const format of ['png', 'gif', 'tiff'] as const) {
      const [half] = await copied({ format, width: 120, height: 80 }, [1]);
      expect(half?.mediaType).toBe('image/png');
      expectNear(pixelAt(await pixelsOf(half!.data), 10, 10), QUADRANTS.topLeft, 1);
    }
    const drawing = { format: 'webp', width: 120, height: 80, alpha: true } as const;
    const [half] = await copied(drawing, [1]);
    expect(half?.mediaType).toBe('image/png');
    expect(pixelAt(await pixelsOf(half!.data), 50, 30)[3]).toBe(0);
    expect(pixelAt(await pixelsOf(half!.data), 10, 10)[3]).toBe(255);
  });

  it('are in sRGB with 8 bits, whatever the picture was in', async () => {
    for (const drawing of [
      { format: 'png', depth: 16, icc: 'p3' },
      { format: 'jpeg', cmyk: true, icc: 'cmyk' },
      { format: 'png', greyscale: true },
    ] as const) {
      const { path, picture } = await stored({ ...drawing, width: 160, height: 120 });
      const [half] = await service.makeCopies(path, picture, [whole(1)], NOW);
      const { depth, hasProfile } = await sharp(half!.data).metadata();
      expect([depth, hasProfile]).toEqual(['uchar', false]);
      const plan = planOf(picture, { scale: 0.5, format: 'png' });
      const direct = await service.render(path, picture, plan);
      const place = [20, 20] as const;
      const [of, made] = [await pixelsOf(direct.data), await pixelsOf(half!.data)];
      expectNear(pixelAt(made, ...place), pixelAt(of, ...place), 2);
    }
  });

  it('give the rendition that the original gives, but for what no eye sees', async () => {
    const drawing = { format: 'jpeg', width: 1200, height: 800, texture: true } as const;
    const { path, picture } = await stored(drawing);
    const [half] = await service.makeCopies(path, picture, [whole(1)], NOW);
    const plan = planOf(picture, { scale: 0.25, format: 'png' });
    const direct = await pixelsOf((await service.render(path, picture, plan)).data);
    const copy = { width: 600, height: 400, mediaType: 'image/jpeg', orientation: 1 } as const;
    const region = { left: 0, top: 0, width: 600, height: 400 };
    const copyPath = await files.put(half!.data);
    const made = await pixelsOf((await service.render(copyPath, copy, { ...plan, region })).data);
    const difference = direct.data.reduce(
      (sum, value, at) => sum + Math.abs(value - (made.data[at] ?? 0)),
      0,
    );
    expect([made.width, made.height]).toEqual([300, 200]);
    expect(difference / direct.data.length).toBeLessThan(1);
  });

  it('are refused where they would take more memory than there is for all', async () => {
    const small = new ImageFileService({ ...LIMITS, decodeMemory: 25_000_000 });
    const { path, picture } = await stored({ format: 'jpeg', width: 800, height: 600 });
    const made = small.makeCopies(path, picture, [whole(1)], NOW);
    await expect(made).rejects.toThrow(TooManyPixels);
  });

  it('that nobody waits for let everybody go first', async () => {
    const one = new ImageFileService({ ...LIMITS, decodes: 1 });
    const { path, picture } = await stored({ format: 'jpeg', width: 1200, height: 900 });
    const order: string[] = [];
    const render = () =>
      one.render(path, picture, planOf(picture, { scale: 0.5 })).then(() => order.push('render'));
    const renders = [render(), render(), render()];
    while (one.turns.waiting < 2 && order.length === 0) await new Promise(setImmediate);
    const copies = one
      .makeCopies(path, picture, [whole(1)], { ...NOW, isUrgent: false })
      .then(() => order.push('copies'));
    await Promise.all([...renders, copies]);
    expect(order).toEqual(['render', 'render', 'render', 'copies']);
  });
});

describe('the levels of a pyramid', () => {
  it('are exact halves, so that tiles lie where they belong', async () => {
    // A white line at x = 320 to 335, which is 160 to 167 of level 1 and 80 to 83 of level 2.
    const width = 643;
    const rgb = { r: 255, g: 255, b: 255 };
    const line = { create: { width: 16, height: 401, channels: 3 as const, background: rgb } };
    const bytes = await sharp({
      create: { width, height: 401, channels: 3, background: '#000' },
    })
      .composite([{ input: line, left: 320, top: 0 }])
      .jpeg({ quality: 95 })
      .toBuffer();
    const path = await files.put(bytes);
    const picture = { width, height: 401, mediaType: 'image/jpeg', orientation: 1 } as const;
    const pathOf = ({ level }: CopySpec) => join(`${path}-level-${level}`);
    await service.makeLevels(path, picture, [0, 1, 2].map(tiled), pathOf, NOW);
    for (const [level, size] of [
      [0, [643, 401]],
      [1, [322, 201]],
      [2, [161, 101]],
    ] as const) {
      const { data, info } = await sharp(pathOf(tiled(level)))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual(size);
      const row = [...data.subarray(info.width * 50, info.width * 51)];
      const bright = row.flatMap((value, x) => (value > 128 ? [x] : []));
      expect([bright[0], bright.at(-1)]).toEqual([320 / 2 ** level, 336 / 2 ** level - 1]);
    }
  });

  it('are tiled, so that a tile is read alone', async () => {
    const { at } = await levelsOf({ format: 'jpeg', width: 700, height: 600 }, [0]);
    const { format, width } = await sharp(at(0)).metadata();
    expect([format, width]).toEqual(['tiff', 700]);
    const tile = sharp(at(0)).extract({ left: 512, top: 512, width: 188, height: 88 });
    const { data, info } = await tile.raw().toBuffer({ resolveWithObject: true });
    expectNear([...data.subarray(0, 3)], QUADRANTS.bottomRight, 6);
    expect([info.width, info.height]).toEqual([188, 88]);
  });

  it('are upright, and can be made without the full size', async () => {
    const drawing = { format: 'jpeg', width: 600, height: 400, orientation: 6 } as const;
    const { at } = await levelsOf(drawing, [1, 2]);
    const png = await sharp(at(2)).png().toBuffer();
    const { width, height } = await sharp(png).metadata();
    expect([width, height]).toEqual([150, 100]);
    expectQuadrants(await pixelsOf(png));
  });

  it('keep alpha, and lose nothing of a lossless picture', async () => {
    const drawing = { format: 'png', width: 600, height: 400, alpha: true } as const;
    const { at } = await levelsOf(drawing, [0, 1]);
    const pixels = await pixelsOf(await sharp(at(1)).png().toBuffer());
    expect(pixelAt(pixels, 10, 10)).toEqual([...QUADRANTS.topLeft, 255]);
    expect(pixelAt(pixels, 290, 190)[3]).toBe(0);
  });

  it('give tiles through render as the original does', async () => {
    const drawing = { format: 'jpeg', width: 1300, height: 900, texture: true } as const;
    const { at, path, picture } = await levelsOf(drawing, [0, 1]);
    const region = { left: 512, top: 0, width: 512, height: 512 };
    const plan = planOf(picture, { region, width: 256, format: 'png' });
    const direct = await pixelsOf((await service.render(path, picture, plan)).data);
    const level = { width: 650, height: 450, mediaType: 'image/tiff', orientation: 1 } as const;
    const its = { ...plan, region: { left: 256, top: 0, width: 256, height: 256 } };
    const made = await pixelsOf((await service.render(at(1), level, its)).data);
    const difference = direct.data.reduce(
      (sum, value, place) => sum + Math.abs(value - (made.data[place] ?? 0)),
      0,
    );
    expect(difference / direct.data.length).toBeLessThan(1.5);
  });
});

function expectQuadrants(pixels: Pixels): void {
  const colours = Object.values(QUADRANTS);
  for (const [place, found] of quadrantsOf(pixels).entries())
    expectNear(found, colours[place] ?? [], 6);
}

function expectNear(found: readonly number[], expected: readonly number[], tolerance: number) {
  for (const [channel, value] of expected.slice(0, 3).entries())
    expect(Math.abs((found[channel] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
}
