import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { LIMITS } from '../../../test/helpers/picture-files.js';
import { drawPicture, pixelAt, pixelsOf, QUADRANTS } from '../../../test/helpers/pictures.js';
import { planOf } from '../../../test/helpers/plans.js';
import { ImageFileService } from '../image-file.service.js';
import type { StoredPicture } from '../stored-picture.js';
import { CopyMaker, type MakerSettings, type MakePreview } from './copy-maker.service.js';
import { CopyStore } from './copy-store.js';

const SETTINGS: MakerSettings = { intermediates: 'on', pyramids: 'first-use', previews: [] };
const SIGNAL = new AbortController().signal;
const SMALL = { scale: 0.1 } as const;
const NO_PREVIEW: MakePreview = () => Promise.resolve();

/** Keeps files in a folder, by names that can be read. */
class FolderStore extends CopyStore {
  keeps = true;
  written = 0;
  /** Files are kept once this is over. */
  held: Promise<void> | undefined;
  private scratches = 0;

  constructor(private readonly folder: string) {
    super();
  }

  nameOf(owner: string, what: string): string {
    const digest = createHash('sha256').update(what).digest('hex').slice(0, 8);
    return `${owner} ${what.split('\n').at(-1)} ${digest}`;
  }

  async withLocalFile<T>(name: string, use: (path: string) => Promise<T>): Promise<T | undefined> {
    const path = join(this.folder, name);
    return (await stat(path).catch(() => undefined)) ? use(path) : undefined;
  }

  async put(name: string, _owner: string, { data }: { data: Buffer }): Promise<boolean> {
    this.written += 1;
    if (this.keeps) await writeFile(join(this.folder, name), data);
    return this.keeps;
  }

  async putFile(name: string, _owner: string, path: string): Promise<boolean> {
    await this.held;
    this.written += 1;
    if (this.keeps) await rename(path, join(this.folder, name));
    else await rm(path);
    return this.keeps;
  }

  async scratchPath(): Promise<string> {
    return join(this.folder, `scratch-${(this.scratches += 1)}`);
  }

  discardScratch(path: string): Promise<void> {
    return rm(path, { force: true });
  }

  /** What is kept, without names' digests. */
  async kept(): Promise<string[]> {
    const names = await readdir(this.folder);
    return names.map((name) => name.split(' ').slice(0, 2).join(' ')).sort();
  }

  async clear(): Promise<void> {
    for (const name of await readdir(this.folder)) await rm(join(this.folder, name));
  }
}

let drawn: Buffer;
let folder: string;
let store: FolderStore;
let imageFiles: ImageFileService;
let decoded: string[];

beforeAll(async () => {
  Logger.overrideLogger(false);
  drawn = await drawPicture({ format: 'jpeg', width: 2400, height: 1600, orientation: 6 });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-copies-'));
  await writeFile(join(folder, 'drawn'), drawn);
  store = new FolderStore(await mkdtemp(join(tmpdir(), 'loupe-store-')));
  imageFiles = new ImageFileService(LIMITS);
  decoded = [];
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function makerWith(settings: Partial<MakerSettings> = {}): CopyMaker {
  const originals = {
    withLocalFile: async <T>(key: string, use: (path: string) => Promise<T>): Promise<T> => {
      decoded.push(key);
      return use(join(folder, key));
    },
  };
  return new CopyMaker(imageFiles, originals, store, { ...SETTINGS, ...settings });
}

async function aPicture(storageKey = 'a', size = { width: 2400, height: 1600 }) {
  await copyFile(join(folder, 'drawn'), join(folder, storageKey));
  return {
    ...size,
    storageKey,
    sha256: storageKey.repeat(64).slice(0, 64),
    mediaType: 'image/jpeg',
    orientation: 6,
    bytes: drawn.length,
    thumbhash: '',
  } as StoredPicture;
}

async function aLargePicture(): Promise<StoredPicture> {
  const bytes = await sharp(drawn).resize(3000, 4500, { fit: 'fill' }).jpeg().toBuffer();
  const picture = await aPicture('large', { width: 3000, height: 4500 });
  await writeFile(join(folder, 'large'), bytes);
  return { ...picture, orientation: 1 };
}

async function render(
  maker: CopyMaker,
  picture: StoredPicture,
  request: Parameters<typeof planOf>[1],
) {
  const plan = planOf(picture, request);
  return maker.withSource(picture, plan, SIGNAL, async ({ path, identity, ...source }) => ({
    path,
    ...(await imageFiles.render(path, source.picture, source.plan, { identity })),
  }));
}

describe('CopyMaker, after an upload', () => {
  it('makes the copies of a picture, from which small renditions are made', async () => {
    const maker = makerWith();
    const picture = await aPicture();
    maker.pictureStored(picture, NO_PREVIEW);
    await maker.idle();
    expect(await store.kept()).toEqual(['a whole-1', 'a whole-3']);

    decoded = [];
    const { data, path } = await render(maker, picture, SMALL);
    expect([decoded, path.includes('whole-3')]).toEqual([[], true]);
    const pixels = await pixelsOf(data);
    expect([pixels.width, pixels.height]).toEqual([240, 160]);
    for (const [x, y, colour] of [
      [20, 20, QUADRANTS.topLeft],
      [220, 140, QUADRANTS.bottomRight],
    ] as const)
      for (const [channel, value] of colour.entries())
        expect(Math.abs((pixelAt(pixels, x, y)[channel] ?? 0) - value)).toBeLessThan(8);
  });

  it('has previews made, in the order of the uploads, after the copies that they are made of', async () => {
    const maker = makerWith({ previews: ['256', '1024'] });
    const previews: string[] = [];
    for (const key of ['a', 'b'])
      maker.pictureStored(await aPicture(key), async (width) => {
        previews.push(`${key} ${width} ${(await store.kept()).includes(`${key} whole-3`)}`);
      });
    await maker.idle();
    expect(previews).toEqual(['a 256 true', 'a 1024 true', 'b 256 true', 'b 1024 true']);
  });

  it('makes pyramids where they shall be made at once, of large pictures only', async () => {
    const maker = makerWith({ intermediates: 'off', pyramids: 'ingest' });
    maker.pictureStored(await aPicture(), NO_PREVIEW);
    await maker.idle();
    expect(await store.kept()).toEqual([]);

    maker.pictureStored(await aLargePicture(), NO_PREVIEW);
    await maker.idle();
    expect(await store.kept()).toEqual([0, 1, 2, 3].map((level) => `large tiled-${level}`));
  });

  it('goes on with the next one when a picture is gone, or its preview fails', async () => {
    const maker = makerWith({ previews: ['256'] });
    const gone = await aPicture('gone');
    await rm(join(folder, 'gone'));
    maker.pictureStored(gone, () => Promise.reject(new Error('no preview')));
    maker.pictureStored(await aPicture('next'), NO_PREVIEW);
    await maker.idle();
    expect(await store.kept()).toEqual(['next whole-1', 'next whole-3']);
  });

  it('stops with what it is doing, and leaves the rest', async () => {
    const maker = makerWith();
    for (const key of ['a', 'b', 'c', 'd']) maker.pictureStored(await aPicture(key), NO_PREVIEW);
    await maker.onModuleDestroy();
    expect(maker.waiting).toBe(0);
    const kept = (await store.kept()).length;
    maker.pictureStored(await aPicture('late'), NO_PREVIEW);
    await pause(200);
    expect(await store.kept()).toHaveLength(kept);
  });
});

describe('CopyMaker, when a rendition is wanted', () => {
  it('makes a missing copy once for all who wait', async () => {
    const maker = makerWith();
    const picture = await aPicture();
    const renditions = await Promise.all([1, 2, 3].map(() => render(maker, picture, SMALL)));
    expect(await store.kept()).toEqual(['a whole-3']);
    expect(store.written).toBe(1);
    const [first] = renditions;
    expect(renditions.every(({ data }) => first?.data.equals(data))).toBe(true);
  });

  it('makes the same bytes after the copy was evicted', async () => {
    const maker = makerWith();
    const picture = await aPicture();
    const { data } = await render(maker, picture, SMALL);
    await store.clear();
    expect((await render(maker, picture, SMALL)).data.equals(data)).toBe(true);
  });

  it('takes the original where no copy is good enough, or none are wanted', async () => {
    const picture = await aPicture();
    const maker = makerWith();
    expect(maker.sourceName(picture, planOf(picture, { scale: 0.9 }))).toBe('');
    expect(maker.sourceName(picture, planOf(picture, SMALL))).toBe('whole-3');
    expect((await render(maker, picture, { scale: 0.9 })).path).toBe(join(folder, 'a'));

    const without = makerWith({ intermediates: 'off' });
    expect(without.sourceName(picture, planOf(picture, SMALL))).toBe('');
    expect((await render(without, picture, SMALL)).path).toBe(join(folder, 'a'));
    expect(await store.kept()).toEqual([]);
  });

  it('takes the original when copies cannot be kept, and does not try it again at once', async () => {
    const maker = makerWith();
    const picture = await aPicture();
    store.keeps = false;
    for (let time = 0; time < 3; time += 1)
      expect((await render(maker, picture, SMALL)).path).toBe(join(folder, 'a'));
    expect(store.written).toBe(1);
  });

  it('tells whoever leaves at once, and makes the copy for the others', async () => {
    const maker = makerWith();
    const picture = await aPicture();
    const leaving = new AbortController();
    const use = ({ path }: { path: string }) => Promise.resolve(path);
    const plan = planOf(picture, SMALL);
    const left = maker.withSource(picture, plan, leaving.signal, use);
    const stays = maker.withSource(picture, plan, SIGNAL, use);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(await stays).toContain('whole-3');
  });
});

describe('CopyMaker, when a picture is opened in a viewer', () => {
  it('makes all of a large picture ready for zooming, once', async () => {
    const maker = makerWith({ intermediates: 'off' });
    const picture = await aLargePicture();
    maker.viewerOpened(picture);
    maker.viewerOpened(picture);
    await render(maker, picture, SMALL);
    await maker.idle();
    expect(await store.kept()).toEqual([0, 1, 2, 3].map((level) => `large tiled-${level}`));
    expect(store.written).toBe(4);
  });

  it('keeps nobody waiting who asks for another picture', async () => {
    const maker = makerWith({ intermediates: 'off' });
    const large = await aLargePicture();
    const other = await aPicture();
    let release: () => void = () => undefined;
    store.held = new Promise((resolve) => (release = resolve));
    maker.viewerOpened(large);
    const shown: string[] = [];
    const show = async (picture: StoredPicture) => {
      await render(maker, picture, SMALL);
      shown.push(picture.storageKey);
    };
    await Promise.all([show(large), show(other)]);
    expect(shown).toEqual(['a', 'large']);
    release();
    await maker.idle();
  });

  it('tells whoever leaves meanwhile at once', async () => {
    const maker = makerWith({ intermediates: 'off' });
    const large = await aLargePicture();
    let release: () => void = () => undefined;
    store.held = new Promise((resolve) => (release = resolve));
    maker.viewerOpened(large);
    const leaving = new AbortController();
    const shown: string[] = [];
    const use = ({ path }: { path: string }) => Promise.resolve(shown.push(path));
    const plan = planOf(large, SMALL);
    const left = maker.withSource(large, plan, leaving.signal, use);
    const stays = maker.withSource(large, plan, SIGNAL, use);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(shown).toEqual([]);
    release();
    await stays;
    await maker.idle();
  });

  it('makes nothing of small pictures, and nothing without pyramids', async () => {
    const maker = makerWith({ intermediates: 'off' });
    maker.viewerOpened(await aPicture());
    await maker.idle();
    const without = makerWith({ intermediates: 'off', pyramids: 'off' });
    without.viewerOpened(await aLargePicture());
    await without.idle();
    expect(await store.kept()).toEqual([]);
  });
});

describe('CopyMaker, when tiles are wanted', () => {
  it('makes the pyramid of a large picture on its first tile, and no scratch stays', async () => {
    const large = await sharp({
      create: { width: 4001, height: 2999, channels: 3, background: '#336699' },
    })
      .jpeg()
      .toBuffer();
    const maker = makerWith();
    const picture = { ...(await aPicture('a', { width: 4001, height: 2999 })), orientation: 1 };
    await writeFile(join(folder, 'a'), large);
    const tile = { region: { left: 1024, top: 1024, width: 1024, height: 1024 }, width: 512 };
    const { data, path } = await render(maker, picture, { ...tile, format: 'jpeg' });
    expect(path).toContain('tiled-1');
    const pixels = await pixelsOf(data);
    expect([pixels.width, pixels.height]).toEqual([512, 512]);

    const edge = { region: { left: 3584, top: 2560, width: 417, height: 439 }, width: 417 };
    const last = await render(maker, picture, { ...edge, format: 'jpeg' });
    expect(last.path).toContain('tiled-0');
    expect(decoded).toEqual(['a', 'a']);
    expect(await store.kept()).toEqual([0, 1, 2].map((level) => `a tiled-${level}`));
  });
});
