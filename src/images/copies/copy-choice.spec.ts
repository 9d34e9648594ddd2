import { describe, expect, it } from '@jest/globals';
import { planOf } from '../../../test/helpers/plans.js';
import type { RenditionRequest } from '../../renditions/rendition-request.js';
import type { Picture } from '../picture.js';
import { copiesOf, copyName, copySize, levelsOf, sourcesOf } from './copy-choice.js';

const LARGE = { width: 8660, height: 5773 };

function pictureOf(type: 'jpeg' | 'png' | 'webp', size = { width: 4000, height: 3000 }): Picture {
  return { ...size, mediaType: `image/${type}`, orientation: 1 };
}

/** The name of the copy that comes first. */
function choice(picture: Picture, request: RenditionRequest): string {
  const [source] = sourcesOf(picture, planOf(picture, request));
  return source ? copyName(source.spec) : 'original';
}

function tile(left: number, top: number, width: number, height: number, scaled: number) {
  return { region: { left, top, width, height }, width: scaled, format: 'jpeg' } as const;
}

describe('the copies of a picture', () => {
  it('are none for small pictures, which decode as fast', () => {
    expect(copiesOf(pictureOf('jpeg', { width: 1600, height: 1200 }))).toEqual([]);
    expect(levelsOf(pictureOf('jpeg', { width: 3000, height: 2000 }))).toEqual([]);
  });

  it('leave out a level for JPEG, and what is too small to be worth it', () => {
    expect(copiesOf(pictureOf('jpeg')).map(copyName)).toEqual(['whole-1', 'whole-3', 'whole-4']);
    expect(copiesOf(pictureOf('png')).map(({ level }) => level)).toEqual([1, 2, 3, 4]);
    const small = pictureOf('jpeg', { width: 2100, height: 1500 });
    expect(copiesOf(small).map(({ level }) => level)).toEqual([1, 3]);
  });

  it('are as large as scales say, and levels as wide as their last tile', () => {
    expect(copySize(LARGE, { layout: 'whole', level: 1 })).toEqual({ width: 4330, height: 2887 });
    expect(copySize(LARGE, { layout: 'whole', level: 3 })).toEqual({ width: 1083, height: 722 });
    expect(copySize(LARGE, { layout: 'tiled', level: 2 })).toEqual({ width: 2165, height: 1444 });
    expect(copySize({ width: 5, height: 1 }, { layout: 'whole', level: 4 })).toEqual({
      width: 1,
      height: 1,
    });
  });

  it('end in a pyramid with what a screen shows', () => {
    const levels = levelsOf(pictureOf('jpeg', LARGE));
    expect(levels.map(copyName)).toEqual(['tiled-0', 'tiled-1', 'tiled-2', 'tiled-3', 'tiled-4']);
  });
});

describe('the source of a rendition', () => {
  it.each([
    [1, 'original'],
    [0.5, 'original'],
    [0.3125, 'whole-1'],
    [0.25, 'whole-1'],
    [0.13, 'whole-1'],
    [0.125, 'whole-3'],
    [0.11, 'original'],
    [0.1, 'whole-3'],
    [0.0625, 'whole-4'],
    [0.04, 'whole-3'],
    [0.03, 'whole-4'],
    [0.01, 'original'],
  ])('of a JPEG at scale %d is %s', (scale, expected) => {
    expect(choice(pictureOf('jpeg'), { scale })).toBe(expected);
  });

  it.each([
    [0.5, 'whole-1'],
    [0.49, 'original'],
    [0.3, 'original'],
    [0.25, 'whole-2'],
    [0.2, 'whole-1'],
    [0.15, 'whole-2'],
    [0.1, 'whole-2'],
    [0.07, 'whole-3'],
    [0.03, 'whole-4'],
  ])('of a PNG at scale %d is %s', (scale, expected) => {
    expect(choice(pictureOf('png'), { scale })).toBe(expected);
  });

  it('is never a copy of the very size that was compressed with loss', () => {
    expect(choice(pictureOf('webp'), { scale: 0.5 })).toBe('original');
    expect(choice(pictureOf('webp'), { scale: 0.25 })).toBe('whole-2');
  });

  it('is chosen by both directions', () => {
    const squeezed = { width: 400, height: 3000, fit: 'fill' } as const;
    expect(choice(pictureOf('jpeg'), squeezed)).toBe('original');
  });

  it('is a smaller copy for a region whose borders lie between its pixels', () => {
    const picture = pictureOf('jpeg');
    const region = { left: 1600, top: 800, width: 800, height: 800 };
    const [source] = sourcesOf(picture, planOf(picture, { region, width: 80 }));
    expect(source).toEqual({
      spec: { layout: 'whole', level: 3 },
      size: { width: 500, height: 375 },
      region: { left: 200, top: 100, width: 100, height: 100 },
    });
    const askew = { ...region, left: 1601 };
    expect(choice(picture, { region: askew, width: 80 })).toBe('original');
  });

  it('of a tile is the level that it is a tile of', () => {
    const picture = pictureOf('jpeg', LARGE);
    const at = (left: number, top: number, side: number) =>
      sourcesOf(picture, planOf(picture, tile(left, top, side, side, 512)))[0];
    expect(at(512, 1024, 512)).toMatchObject({
      spec: { level: 0 },
      region: { left: 512, top: 1024, width: 512, height: 512 },
    });
    expect(at(4096, 0, 2048)).toMatchObject({
      spec: { level: 2 },
      size: { width: 2165, height: 1444 },
      region: { left: 1024, top: 0, width: 512, height: 512 },
    });
  });

  it('of a tile at the edge has the last pixels that there are', () => {
    const picture = pictureOf('jpeg', LARGE);
    const [source] = sourcesOf(picture, planOf(picture, tile(8192, 4096, 468, 1677, 117)));
    expect(source).toEqual({
      spec: { layout: 'tiled', level: 2 },
      size: { width: 2165, height: 1444 },
      region: { left: 2048, top: 1024, width: 117, height: 420 },
    });
  });

  it('of a crop that is no tile is the original: one is not worth a pyramid', () => {
    expect(choice(pictureOf('jpeg', LARGE), tile(1001, 2002, 1000, 800, 500))).toBe('original');
    expect(choice(pictureOf('jpeg', LARGE), tile(1024, 2048, 1000, 800, 500))).toBe('original');
  });

  it('is the original where a level would show, or would be no faster', () => {
    const picture = pictureOf('jpeg', LARGE);
    const region = { left: 512, top: 512, width: 512, height: 512 };
    expect(choice(picture, { region, format: 'png' })).toBe('original');
    expect(choice(picture, { region, format: 'jpeg', quality: 95 })).toBe('original');
    expect(choice(picture, { region, format: 'webp', quality: 85 })).toBe('tiled-0');
    expect(choice(picture, tile(0, 0, 8192, 5632, 4096))).toBe('original');
  });

  it('of a lossless picture is a level in any format, for it lost nothing', () => {
    const region = { left: 512, top: 512, width: 512, height: 512 };
    expect(choice(pictureOf('png', LARGE), { region })).toBe('tiled-0');
  });

  it('is never enlarged', () => {
    const picture = pictureOf('jpeg', LARGE);
    const region = { left: 512, top: 512, width: 256, height: 256 };
    expect(choice(picture, { region, width: 400, enlarge: true, format: 'jpeg' })).toBe('original');
  });
});
