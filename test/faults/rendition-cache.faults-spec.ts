import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Environment } from '../../src/config/environment.js';
import { renditionName } from '../../src/images/cache/rendition-name.js';
import { RenditionCache } from '../../src/images/rendition-cache.js';
import { LocalDiskCacheStorage } from '../../src/storage/local-disk-cache.storage.js';
import { mountSmallDisk, type SmallDisk } from '../helpers/small-disk.js';

const BLOCK = 4_096;
const owner = randomUUID();

let folder: string;
let disk: SmallDisk | undefined;
let cache: RenditionCache;
let failures: unknown[];

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  failures = [];
  folder = await mkdtemp(join(tmpdir(), 'loupe-cache-'));
});
afterEach(async () => {
  await cache.onModuleDestroy();
  disk?.unmount();
  disk = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** Knows what could not be written. */
class Watched extends LocalDiskCacheStorage {
  override write(...args: Parameters<LocalDiskCacheStorage['write']>) {
    return super.write(...args).catch((error: unknown) => {
      failures.push(error);
      throw error;
    });
  }
}

/** A cache on a disk of its own, without memory. */
async function startOn(options: string, renditionCacheBytes: number): Promise<void> {
  disk = mountSmallDisk(folder, options);
  const environment = Object.assign(new Environment(), {
    ...{ dataDir: folder, renditionCacheBytes, hotCacheBytes: 0 },
  });
  cache = new RenditionCache(new Watched(environment), environment);
  cache.onModuleInit();
  await cache.idle();
}

/** @returns where it came from */
async function use(what: string, data: Buffer): Promise<string> {
  const make = () => Promise.resolve({ mediaType: 'image/jpeg', data });
  const found = await cache.getOrMake(renditionName(owner, what), owner, make);
  await cache.idle();
  expect(found.body?.equals(data)).toBe(true);
  return found.source;
}

describe('the cache of renditions', () => {
  it('never takes more than its budget: a disk of just that size is never full', async () => {
    const blocks = 400;
    await startOn(`size=${blocks * BLOCK}`, blocks * BLOCK);

    for (let round = 0; round < 30; round += 1)
      await Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          const what = `${round} ${index}`;
          const data = Buffer.alloc(1 + ((index * 9_973) % (19 * BLOCK)), what);
          const make = () => Promise.resolve({ mediaType: 'image/png', data });
          await cache.getOrMake(renditionName(owner, what), owner, make);
        }),
      );
    await cache.idle();

    const { bytes, evicted, made } = cache.stats;
    expect(made).toBe(900);
    expect(evicted).toBeGreaterThan(100);
    expect(bytes).toBeGreaterThan(0.7 * blocks * BLOCK);
    expect(failures).toEqual([]);
  });

  it('delivers on a full disk, finds what it has, leaves nothing half, and keeps again when there is room', async () => {
    await startOn('size=1m', 100 * 1024 * 1024);
    const [before, large] = [randomBytes(100_000), randomBytes(200_000)];
    expect(await use('before', before)).toBe('made');
    await writeFile(join(folder, 'ballast'), Buffer.alloc(800_000));

    expect(await use('large', large)).toBe('made');
    expect(await use('large', large)).toBe('made');
    expect(await use('before', before)).toBe('disk');
    expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
    expect(cache.stats.entries).toBe(1);
    expect(failures).toMatchObject([{ code: 'storage-full' }, { code: 'storage-full' }]);

    disk?.enlarge();
    expect(await use('large', large)).toBe('made');
    expect(await use('large', large)).toBe('disk');
  });

  it('delivers on a disk that is read-only, and finds what it has', async () => {
    await startOn('size=1m', 100 * 1024 * 1024);
    const data = randomBytes(100_000);
    await use('one', data);
    disk?.makeReadOnly();

    expect(await use('one', data)).toBe('disk');
    expect(await use('two', data)).toBe('made');
    disk?.enlarge();
    expect(await use('two', data)).toBe('made');
    expect(await use('two', data)).toBe('disk');
    disk?.makeReadOnly();
    // It cannot be removed, and nobody is told so but the log.
    await cache.forget(owner);
  });
});
