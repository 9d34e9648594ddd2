import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import sharp from 'sharp';
import { Environment } from '../config/environment.js';
import type { CacheSegment, WrittenCacheEntry } from '../storage/cache-storage.js';
import { LocalDiskCacheStorage } from '../storage/local-disk-cache.storage.js';
import { renditionName } from './cache/rendition-name.js';
import { RenditionCache } from './rendition-cache.js';

const KIBIBYTE = 1024;
const BLOCK = 4_096;
const owner = randomUUID();

let folder: string;
let caches: RenditionCache[];

// Its troubles are what is tested.
beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-cache-'));
  caches = [];
});
afterEach(async () => {
  for (const cache of caches) await cache.onModuleDestroy();
  await rm(folder, { recursive: true });
});

/** Real files, and what they take from the moment when the first byte is written until the last is gone. */
class Tallied extends LocalDiskCacheStorage {
  most = 0;
  touched = 0;
  private readonly sizes = new Map<string, number>();

  override write(name: string, segment: CacheSegment, entry: WrittenCacheEntry) {
    this.sizes.set(name, this.occupiedBy(entry.body.length));
    const bytes = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    this.most = Math.max(this.most, bytes);
    return super.write(name, segment, entry);
  }

  override touch(name: string, segment: CacheSegment): Promise<void> {
    this.touched += 1;
    return super.touch(name, segment);
  }

  override async remove(name: string): Promise<void> {
    await super.remove(name);
    this.sizes.delete(name);
  }
}

/** A cache without memory, unless it is given some; what it has found is known. */
async function aCache(settings: Partial<Environment> = {}): Promise<RenditionCache> {
  const environment = Object.assign(
    new Environment(),
    { dataDir: folder, renditionCacheBytes: 100 * 1024 * KIBIBYTE, hotCacheBytes: 0 },
    settings,
  );
  const cache = new RenditionCache(new LocalDiskCacheStorage(environment), environment);
  caches.push(cache);
  cache.onModuleInit();
  await cache.idle();
  return cache;
}

/** Uses a rendition, making it if need be. @returns where it came from */
async function use(cache: RenditionCache, what: string, data = bytesOf(what)): Promise<string> {
  const { source } = await cache.getOrMake(nameOf(what), owner, making(data));
  await cache.idle();
  return source;
}

function nameOf(what: string): string {
  return renditionName(owner, what);
}

function making(data: Buffer) {
  return () => Promise.resolve({ mediaType: 'image/jpeg', data });
}

/** Bytes that take one block with what belongs to them. */
function bytesOf(what: string, bytes = BLOCK - 128): Buffer {
  return Buffer.alloc(bytes, `${what};`);
}

async function files(): Promise<string[]> {
  const cache = join(folder, 'cache');
  await mkdir(cache, { recursive: true });
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(kept|probation)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
}

async function fileOf(what: string): Promise<string> {
  const path = (await files()).find((file) => basename(file).startsWith(nameOf(what)));
  if (path === undefined) throw new Error(`There is no file of ${what}.`);
  return path;
}

/** The names of those that are on the disk, of some. */
async function onDisk(...whats: string[]): Promise<string[]> {
  const names = (await files()).map((path) => basename(path).slice(0, 64));
  return whats.filter((what) => names.includes(nameOf(what)));
}

async function flipABit(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.of(byte[0]! ^ 1), 0, 1, at);
  await file.close();
}

async function bytesOnDisk(): Promise<number> {
  const sizes = await Promise.all((await files()).map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + Math.ceil(size / BLOCK) * BLOCK, 0);
}

describe('a rendition', () => {
  it('is made once, and found from then on, also after a restart', async () => {
    const cache = await aCache();
    const data = bytesOf('a picture');

    expect(await use(cache, 'one', data)).toBe('made');
    expect(await use(cache, 'one', data)).toBe('disk');
    const found = await (await aCache()).get(nameOf('one'));

    expect(found).toMatchObject({
      mediaType: 'image/jpeg',
      bytes: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
      body: data,
    });
    expect(await cache.get(nameOf('another'))).toBeUndefined();
    expect(cache.stats).toMatchObject({ entries: 1, bytes: BLOCK, made: 1, hits: 1, misses: 2 });
  });

  it('that is large is streamed, whole and in ranges, and only opened when it is read', async () => {
    const cache = await aCache();
    const data = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251));
    await use(cache, 'large', data);

    const found = (await cache.get(nameOf('large')))!;

    expect(found).toMatchObject({ bytes: 700_000, body: undefined });
    expect((await buffer(found.stream())).equals(data)).toBe(true);
    const range = await buffer(found.stream({ start: 262_100, end: 600_000 }));
    expect(range.equals(data.subarray(262_100, 600_001))).toBe(true);
    const unread = found.stream();
    await rm(await fileOf('large'));
    unread.destroy();
    await expect(buffer(found.stream())).rejects.toThrow(/was removed/);
  });

  it('is streamed no faster than it is taken', async () => {
    const cache = await aCache({ renditionCacheBytes: 1024 * 1024 * KIBIBYTE });
    await use(cache, 'large', Buffer.alloc(20 * 1024 * KIBIBYTE, 1));
    const stream = (await cache.get(nameOf('large')))!.stream();

    stream.once('readable', () => stream.read(1));
    await wait(200);

    expect(stream.readableLength).toBeLessThanOrEqual(1024 * KIBIBYTE);
    stream.destroy();
  });

  it('that is small has ranges as well', async () => {
    const cache = await aCache();
    await use(cache, 'small', Buffer.from('0123456789'));

    const found = (await cache.get(nameOf('small')))!;

    expect(String(await buffer(found.stream({ start: 3, end: 5 })))).toBe('345');
  });

  it('must be named for its owner', async () => {
    const cache = await aCache();
    const making = () => Promise.reject(new Error('not asked for'));

    await expect(cache.getOrMake(nameOf('one'), randomUUID(), making)).rejects.toThrow(TypeError);
  });
});

describe('a corrupt entry', () => {
  const LARGE = 600_000;
  const damage: [string, number, (path: string) => Promise<void>][] = [
    ['a rotten bit', 2_000, (path) => flipABit(path, 1_000)],
    ['a rotten bit in a large one', LARGE, (path) => flipABit(path, 500_000)],
    ['a rotten trailer', 2_000, (path) => flipABit(path, 2_000 + 70)],
    ['a cut', 2_000, (path) => truncate(path, 1_500)],
    ['a cut in a large one', LARGE, (path) => truncate(path, LARGE / 2)],
    ['nothing left of it', 2_000, (path) => truncate(path, 0)],
    ['more than there was', 2_000, (path) => appendFile(path, 'more')],
    ['a file of somebody else', 2_000, (path) => writeFile(path, Buffer.alloc(3_000, 'x'))],
  ];

  it.each(damage)('is noticed, removed and made anew: %s', async (_what, bytes, harm) => {
    const data = bytesOf('right', bytes);
    const cache = await aCache();
    await use(cache, 'one', data);
    await harm(await fileOf('one'));

    expect(await cache.get(nameOf('one'))).toBeUndefined();
    expect(await files()).toEqual([]);
    expect(cache.stats).toMatchObject({ corrupt: 1, entries: 0, bytes: 0 });
    expect(await use(cache, 'one', data)).toBe('made');
    const found = (await cache.get(nameOf('one')))!;
    expect((await buffer(found.stream())).equals(data)).toBe(true);
  });

  it('is also one that was written under another name', async () => {
    const cache = await aCache();
    await use(cache, 'one');
    await use(cache, 'other');
    await rename(await fileOf('one'), await fileOf('other'));

    expect(await cache.get(nameOf('other'))).toBeUndefined();
  });

  it('is noticed by a process that has found it whole before', async () => {
    const cache = await aCache();
    await use(cache, 'one', bytesOf('right', LARGE));
    expect(await cache.get(nameOf('one'))).toBeDefined();

    await flipABit(await fileOf('one'), 77);

    expect(await cache.get(nameOf('one'))).toBeUndefined();
  });
});

describe('one making for all', () => {
  it('answers a hundred who ask at once', async () => {
    const cache = await aCache();
    let made = 0;
    const make = async () => {
      made += 1;
      await wait(20);
      return { mediaType: 'image/png', data: bytesOf('one') };
    };

    const found = await Promise.all(
      Array.from({ length: 100 }, () => cache.getOrMake(nameOf('one'), owner, make)),
    );

    expect(made).toBe(1);
    expect(found.map(({ source }) => source).sort()).toEqual([
      'made',
      ...Array.from({ length: 99 }, () => 'shared'),
    ]);
    expect(found.every(({ body }) => body!.equals(bytesOf('one')))).toBe(true);
    await cache.idle();
    // They were one use: nothing was asked for a second time.
    expect(basename(await fileOf('one'))).toMatch(/probation$/);
  });

  it('goes on for the others when one leaves, and ends when all have left', async () => {
    const cache = await aCache();
    let told: AbortSignal | undefined;
    const make = (signal: AbortSignal) => {
      told = signal;
      return new Promise<never>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    };
    const leaving = [new AbortController(), new AbortController()];
    const waiting = leaving.map(({ signal }) =>
      cache.getOrMake(nameOf('one'), owner, make, signal),
    );
    const ends = waiting.map((one) => one.catch((error: unknown) => error));
    while (!told) await wait(1);

    leaving[0]!.abort(new Error('the first has left'));
    expect(await ends[0]).toMatchObject({ message: 'the first has left' });
    expect(told.aborted).toBe(false);
    leaving[1]!.abort(new Error('the second has left'));
    expect(await ends[1]).toMatchObject({ message: 'the second has left' });

    expect(told.aborted).toBe(true);
    // Who comes now does not wait for what was given up.
    expect(await use(cache, 'one')).toBe('made');
  });

  it('tells all who wait of a failure, and remembers it for nobody', async () => {
    const cache = await aCache();
    let tries = 0;
    const fail = async () => {
      tries += 1;
      await wait(5);
      throw new Error('no luck');
    };

    const ends = await Promise.allSettled(
      Array.from({ length: 5 }, () => cache.getOrMake(nameOf('one'), owner, fail)),
    );

    expect(ends.map((end) => end.status === 'rejected' && String(end.reason))).toEqual(
      Array.from({ length: 5 }, () => 'Error: no luck'),
    );
    expect(tries).toBe(1);
    expect(await use(cache, 'one')).toBe('made');
  });

  it('is not begun for somebody who has left before', async () => {
    const cache = await aCache();
    const making = cache.getOrMake(
      nameOf('one'),
      owner,
      () => Promise.reject(new Error('begun')),
      AbortSignal.abort(new Error('gone')),
    );

    await expect(making).rejects.toThrow('gone');
  });
});

describe('the bound', () => {
  // Twenty blocks, and a twentieth is one.
  const renditionCacheBytes = 20 * BLOCK;

  it('makes what was used least recently go, one after another', async () => {
    const cache = await aCache({ renditionCacheBytes });
    const whats = Array.from({ length: 20 }, (_, index) => `p${index}`);
    for (const what of whats) await use(cache, what);
    for (const what of whats.slice(0, 15)) await use(cache, what);
    expect(await onDisk(...whats)).toEqual(whats);

    // 15 are kept and 5 on probation, which is more than its share.
    await use(cache, 'new');
    expect(await onDisk(...whats)).toEqual(whats.filter((what) => what !== 'p15'));
    await use(cache, 'p16');
    await use(cache, 'p17');
    // Probation has its share, and those kept more than theirs.
    await use(cache, 'newer');
    expect(await onDisk(...whats)).toEqual(whats.filter((what) => !['p0', 'p15'].includes(what)));
    expect(cache.stats).toMatchObject({ entries: 20, bytes: 20 * BLOCK, evicted: 2 });
  });

  it('remembers across a restart what was used last, and what was used twice', async () => {
    const before = await aCache({ renditionCacheBytes });
    const whats = Array.from({ length: 20 }, (_, index) => `p${index}`);
    for (const what of whats) await use(before, what);
    for (const what of whats.slice(0, 10)) await use(before, what);
    // As if an hour lay between the first ones, in another order.
    const order = ['p12', 'p10', 'p11', ...whats.slice(13)];
    for (const [index, what] of order.entries()) {
      const path = await fileOf(what);
      await utimes(path, new Date(Date.UTC(2026, 0, 1, index)), (await stat(path)).mtime);
    }

    const cache = await aCache({ renditionCacheBytes });
    expect(cache.stats).toMatchObject({ entries: 20, bytes: 20 * BLOCK });
    for (let time = 0; time < 4; time += 1) await use(cache, `new ${time}`);

    const gone = new Set(['p10', 'p11', 'p12', 'p13']);
    expect(await onDisk(...whats)).toEqual(whats.filter((what) => !gone.has(what)));
  });

  it('notes a use for the next start, once a minute at most', async () => {
    const environment = Object.assign(new Environment(), { dataDir: folder });
    const storage = new Tallied(environment);
    await use(await aCache(), 'one');
    const long = new Date('2026-01-01T00:00:00Z');
    await utimes(await fileOf('one'), long, long);

    const cache = new RenditionCache(storage, environment);
    caches.push(cache);
    cache.onModuleInit();
    for (let time = 0; time < 5; time += 1) await use(cache, 'one');

    expect(storage.touched).toBe(1);
    const { atimeMs, mtime } = await stat(await fileOf('one'));
    expect(atimeMs).toBeGreaterThan(Date.now() - 5_000);
    expect(mtime).toEqual(long);
  });

  it('holds at every moment, with many who write at once', async () => {
    const renditionCacheBytes = 100 * BLOCK;
    const environment = Object.assign(new Environment(), { dataDir: folder, renditionCacheBytes });
    const storage = new Tallied(environment);
    const cache = new RenditionCache(storage, environment);
    caches.push(cache);
    cache.onModuleInit();

    for (let round = 0; round < 20; round += 1)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const data = bytesOf('x', 1 + ((index * 5_003) % (5 * BLOCK - 128)));
          return cache.getOrMake(nameOf(`${round} ${index}`), owner, making(data));
        }),
      );
    await cache.idle();

    expect(storage.most).toBeGreaterThan(90 * BLOCK);
    expect(storage.most).toBeLessThanOrEqual(100 * BLOCK);
    expect(await bytesOnDisk()).toBe(cache.stats.bytes);
    expect(cache.stats).toMatchObject({ made: 400, corrupt: 0 });
  });

  it('is kept by a start with a smaller one, and with none nothing stays', async () => {
    const cache = await aCache({ renditionCacheBytes });
    for (let index = 0; index < 20; index += 1) await use(cache, `p${index}`);

    await aCache({ renditionCacheBytes: 5 * BLOCK });
    expect(await bytesOnDisk()).toBe(5 * BLOCK);
    const off = await aCache({ renditionCacheBytes: 0 });
    expect(await files()).toEqual([]);

    expect(await use(off, 'one')).toBe('made');
    expect(await use(off, 'one')).toBe('made');
    expect(await files()).toEqual([]);
  });

  it('is for many: one that takes more than a twentieth is delivered and not kept', async () => {
    const cache = await aCache({ renditionCacheBytes });

    expect(await use(cache, 'large', bytesOf('x', BLOCK))).toBe('made');
    expect(await use(cache, 'large', bytesOf('x', BLOCK))).toBe('made');
    expect(await files()).toEqual([]);
  });

  it('leaves what is used where it is, whoever asks for everything once', async () => {
    const cache = await aCache({ renditionCacheBytes, hotCacheBytes: 20 * BLOCK });
    const used = Array.from({ length: 10 }, (_, index) => `used ${index}`);
    for (const what of [...used, ...used]) await use(cache, what);
    const hot = cache.stats.memory;

    for (let index = 0; index < 200; index += 1) await use(cache, `random ${index}`);

    expect(await onDisk(...used)).toEqual(used);
    expect(used.filter((what) => cache.peek(nameOf(what)))).toEqual(used);
    expect(cache.stats.memory).toEqual(hot);
    expect(cache.stats.entries).toBe(20);
  });
});

describe('hot bytes', () => {
  it('are at hand at once from the second use on', async () => {
    const cache = await aCache({ hotCacheBytes: 1024 * KIBIBYTE });
    await use(cache, 'one');
    expect(cache.peek(nameOf('one'))).toBeUndefined();
    expect(await use(cache, 'one')).toBe('disk');

    expect(cache.peek(nameOf('one'))).toMatchObject({
      mediaType: 'image/jpeg',
      body: bytesOf('one'),
    });
    expect(await use(cache, 'one')).toBe('memory');
    expect(cache.stats.memory).toEqual({ entries: 1, bytes: BLOCK - 128 + 512 });
  });

  it('are bounded, and those used least recently go', async () => {
    const cache = await aCache({ hotCacheBytes: 3 * 4_600 });
    for (const what of ['a', 'b', 'c', 'a', 'b', 'c']) await use(cache, what);
    cache.peek(nameOf('a'));
    for (const what of ['d', 'd']) await use(cache, what);

    const hot = ['a', 'b', 'c', 'd'].filter((what) => cache.peek(nameOf(what)));
    expect(hot).toEqual(['a', 'c', 'd']);
  });

  it('hold what the disk does not, and a use of them is one of the entry on the disk', async () => {
    const off = await aCache({ renditionCacheBytes: 0, hotCacheBytes: 1024 * KIBIBYTE });
    await use(off, 'one');
    expect(await use(off, 'one')).toBe('memory');

    const cache = await aCache({ renditionCacheBytes: 20 * BLOCK, hotCacheBytes: 5_000 });
    for (let index = 0; index < 20; index += 1) {
      await use(cache, `p${index}`);
      await use(cache, `p${index}`);
    }
    await use(cache, 'p0');
    expect(cache.peek(nameOf('p0'))).toBeDefined();
    for (let index = 1; index < 20; index += 1) await cache.get(nameOf(`p${index}`));
    await use(cache, 'p0');
    for (let index = 0; index < 19; index += 1) await use(cache, `new ${index}`);
    expect(await onDisk('p0')).toEqual(['p0']);
  });
});

describe('forgetting an owner', () => {
  it('removes everything of it and nothing else, on the disk and in memory, also after a restart', async () => {
    const other = randomUUID();
    const before = await aCache({ hotCacheBytes: 1024 * KIBIBYTE });
    const theirs = renditionName(other, 'one');
    for (const what of ['one', 'two', 'one']) await use(before, what);
    await before.put(theirs, other, { mediaType: 'image/jpeg', data: bytesOf('theirs') });
    await before.forget(owner);
    expect(before.peek(nameOf('one'))).toBeUndefined();
    expect(await onDisk('one', 'two')).toEqual([]);

    const third = randomUUID();
    await before.put(renditionName(third, 'x'), third, { mediaType: 'a/b', data: bytesOf('x') });
    const after = await aCache();
    await after.forget(third);
    expect(await after.get(renditionName(third, 'x'))).toBeUndefined();
    expect((await after.get(theirs))?.body).toEqual(bytesOf('theirs'));
    expect(after.stats.entries).toBe(1);
  });

  it('keeps nothing of what is being made meanwhile, here or in another process', async () => {
    const [here, there] = [
      await aCache({ hotCacheBytes: 1024 * KIBIBYTE }),
      await aCache({ hotCacheBytes: 1024 * KIBIBYTE }),
    ];
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const make = async () => {
      await finished;
      return { mediaType: 'image/jpeg', data: bytesOf('late') };
    };
    const making = [here, there].map((cache) => cache.getOrMake(nameOf('late'), owner, make));

    await here.forget(owner);
    finish();

    expect((await Promise.all(making)).map(({ body }) => body)).toEqual([
      bytesOf('late'),
      bytesOf('late'),
    ]);
    await Promise.all([here.idle(), there.idle()]);
    expect(await files()).toEqual([]);
    expect(here.stats.memory.entries + there.stats.memory.entries).toBe(0);
  });
});

describe('what is made beforehand', () => {
  it('is kept from the start: others on probation go before it', async () => {
    const cache = await aCache({ renditionCacheBytes: 20 * BLOCK });
    const data = bytesOf('preview');
    expect(await cache.put(nameOf('preview'), owner, { mediaType: 'image/webp', data })).toBe(true);

    for (let index = 0; index < 60; index += 1) await use(cache, `p${index}`);

    expect(await onDisk('preview')).toEqual(['preview']);
    expect(basename(await fileOf('preview'))).toMatch(/kept$/);
  });

  it('may be a file, which is taken over, and which sharp opens where it lies', async () => {
    const cache = await aCache();
    const path = await cache.scratchPath();
    const picture = sharp({
      create: { width: 600, height: 400, channels: 3, background: '#b03a2e' },
    });
    await picture.tiff({ tile: true, pyramid: true, compression: 'none' }).toFile(path);
    const bytes = await readFile(path);

    expect(await cache.putFile(nameOf('pyramid'), owner, path, 'image/tiff')).toBe(true);

    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    const size = await cache.withLocalFile(nameOf('pyramid'), async (local) => {
      const { width, height } = await sharp(local, { page: 1 }).metadata();
      return { width, height };
    });
    expect(size).toEqual({ width: 300, height: 200 });
    const found = (await cache.get(nameOf('pyramid')))!;
    expect(found.mediaType).toBe('image/tiff');
    expect((await buffer(found.stream())).equals(bytes)).toBe(true);
    expect(await cache.withLocalFile(nameOf('none'), () => Promise.resolve(1))).toBeUndefined();
  });

  it('is gone when there is no room for it', async () => {
    const cache = await aCache({ renditionCacheBytes: 20 * BLOCK });
    const path = await cache.scratchPath();
    await writeFile(path, Buffer.alloc(2 * BLOCK));

    expect(await cache.putFile(nameOf('large'), owner, path, 'image/tiff')).toBe(false);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stays while it is worked with', async () => {
    const cache = await aCache({ renditionCacheBytes: 20 * BLOCK });
    await use(cache, 'lent');

    await cache.withLocalFile(nameOf('lent'), async (path) => {
      for (let index = 0; index < 60; index += 1) {
        await use(cache, `p${index}`);
        await use(cache, `p${index}`);
      }
      expect((await readFile(path)).subarray(0, BLOCK - 128).equals(bytesOf('lent'))).toBe(true);
    });
  });
});

describe('two processes on one folder', () => {
  it('find what the other has made', async () => {
    const [one, other] = [await aCache(), await aCache()];
    await use(one, 'shared');

    expect(await use(other, 'shared')).toBe('disk');
    expect(await use(one, 'shared')).toBe('disk');
    expect(other.stats).toMatchObject({ entries: 1, made: 0 });
  });
});

describe('the folder', () => {
  it('may be removed: the cache goes on', async () => {
    const cache = await aCache();
    await use(cache, 'one');
    await rm(join(folder, 'cache'), { recursive: true });

    expect(await cache.get(nameOf('one'))).toBeUndefined();
    expect(await use(cache, 'one')).toBe('made');
    expect(await use(cache, 'one')).toBe('disk');
  });

  it('may be something else: renditions are delivered, and kept nowhere', async () => {
    await writeFile(join(folder, 'cache'), 'a file');
    const cache = await aCache();

    expect(await use(cache, 'one')).toBe('made');
    expect(await use(cache, 'one')).toBe('made');
    await cache.forget(owner);
  });
});
