import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { Environment } from '../config/environment.js';
import type { ListedCacheEntry } from './cache-storage.js';
import { LocalDiskCacheStorage } from './local-disk-cache.storage.js';

const MACHINE = sha256Of(Buffer.from(hostname())).slice(0, 8);

let folder: string;
let storage: LocalDiskCacheStorage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-cache-'));
  storage = new LocalDiskCacheStorage(Object.assign(new Environment(), { dataDir: folder }));
});
afterEach(() => rm(folder, { recursive: true }));

function sha256Of(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function aName(prefix = ''): string {
  return prefix + randomBytes(32).toString('hex').slice(prefix.length);
}

async function written(body: Buffer, name = aName(), mediaType = 'image/jpeg'): Promise<string> {
  await storage.write(name, 'probation', { mediaType, body, sha256: sha256Of(body) });
  return name;
}

async function contentOf(name: string): Promise<Buffer | undefined> {
  const opened = await storage.open(name);
  if (!opened) return undefined;
  await opened.close();
  return buffer(storage.stream(name, opened.sha256));
}

async function all(): Promise<ListedCacheEntry[]> {
  const found: ListedCacheEntry[] = [];
  for await (const entry of storage.list()) found.push(entry);
  return found;
}

describe('the cache on the disk', () => {
  it.each([0, 1, 4_096, 262_144, 700_001])('keeps %d bytes and what they are', async (bytes) => {
    const body = randomBytes(bytes);
    const name = await written(body, aName(), 'image/avif');

    const opened = (await storage.open(name))!;
    await opened.close();

    expect(opened).toMatchObject({
      ...{ mediaType: 'image/avif', bytes, sha256: sha256Of(body), segment: 'probation' },
      occupied: storage.occupiedBy(bytes),
    });
    expect((await contentOf(name))!.equals(body)).toBe(true);
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
    'has files that sharp opens as they are: %s',
    async (format) => {
      const background = { r: 30, g: 90, b: 200 };
      const picture = sharp({ create: { width: 90, height: 60, channels: 3, background } });
      const body = await picture.toFormat(format).toBuffer();
      const name = await written(body, aName(), `image/${format}`);

      const [plain, stored] = await Promise.all([
        sharp(body).raw().toBuffer(),
        storage.withLocalFile(name, (path) => sharp(path, { failOn: 'warning' }).raw().toBuffer()),
      ]);

      expect(stored.equals(plain)).toBe(true);
    },
  );

  it('takes a local file over, also from another file system', async () => {
    for (const place of [folder, '/dev/shm']) {
      const path = join(place, `loupe-${aName()}`);
      const body = randomBytes(300_000);
      await writeFile(path, body);
      const name = aName();

      await storage.adopt(name, 'kept', path, 'image/tiff');

      await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
      expect((await contentOf(name))!.equals(body)).toBe(true);
    }
    expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
  });

  it('has one file of a name, whatever its segment, and the newest', async () => {
    const name = await written(Buffer.from('first'));
    await storage.promote(name);
    await written(Buffer.from('second'), name);

    expect(String(await contentOf(name))).toBe('second');
    expect(await all()).toMatchObject([{ name, segment: 'probation' }]);
    await storage.promote(name);
    expect(await all()).toMatchObject([{ name, segment: 'kept' }]);
    await storage.remove(name);
    expect(await all()).toEqual([]);
  });

  it('says the same of a file that was only used, and something else of one that was changed', async () => {
    const name = await written(Buffer.from('bytes'));
    const version = async () => {
      const opened = (await storage.open(name))!;
      await opened.close();
      return opened.version;
    };
    const before = await version();

    await storage.touch(name, 'probation');
    await storage.promote(name);
    expect(await version()).toBe(before);

    const path = join(folder, 'cache', name.slice(0, 2), `${name}.kept`);
    await writeFile(path, await readFile(path));
    await storage.touch(name, 'kept');
    expect(await version()).not.toBe(before);
  });

  it('lists what is its own, and leaves alone what is not', async () => {
    const name = await written(Buffer.alloc(5_000));
    await writeFile(join(folder, 'cache', name.slice(0, 2), 'README'), '');
    await mkdir(join(folder, 'cache', 'lost+found'));

    expect(await all()).toMatchObject([{ name, segment: 'probation', occupied: 8_192 }]);
  });

  it('refuses names that are not its own', async () => {
    await expect(storage.open('../../files')).rejects.toThrow(TypeError);
    expect(() => storage.removeAll('..')).toThrow(TypeError);
    await expect(written(Buffer.from('x'), aName(), 'image/jpeg\r\nx: y')).rejects.toThrow(
      TypeError,
    );
  });

  it('forgets all of a prefix and nothing else, and keeps nothing of it from then on', async () => {
    const prefix = aName().slice(0, 16);
    const theirs = [
      await written(Buffer.from('a'), aName(prefix)),
      await written(Buffer.from('b'), aName(prefix)),
    ];
    await storage.promote(theirs[0]!);
    // Alike but for the last digit, which a name at random has once in sixteen runs.
    const almost = prefix.slice(0, 15) + (prefix.endsWith('0') ? '1' : '0');
    const neighbour = await written(Buffer.from('c'), aName(almost));

    expect((await storage.forget(prefix)).sort()).toEqual(theirs.sort());

    await written(Buffer.from('late'), theirs[0]);
    expect((await all()).map(({ name }) => name)).toEqual([neighbour]);
  });

  it('removes what was left by processes that are gone, and nothing that somebody works on', async () => {
    const scratch = await storage.scratchPath();
    await writeFile(scratch, 'being made');
    const tmp = join(folder, 'cache', 'tmp');
    const uuid = '0f0e0d0c-0b0a-4988-8776-655443322110';
    const left = [`${MACHINE}-999999999-${uuid}`, `${MACHINE}-${process.pid}-${uuid}`];
    const others = [`${MACHINE}-${process.ppid}-${uuid}`, `00000000-7-${uuid}`];
    const old = `11111111-7-${uuid}`;
    for (const name of [...left, ...others, old]) await writeFile(join(tmp, name), 'half');
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(tmp, old), hourAgo, hourAgo);

    await storage.tidy();

    expect((await readdir(tmp)).map((name) => join(tmp, name)).sort()).toEqual(
      [scratch, ...others.map((name) => join(tmp, name))].sort(),
    );
  });

  it('leaves nothing behind of a write that fails', async () => {
    const name = aName();
    await mkdir(join(folder, 'cache', name.slice(0, 2), `${name}.probation`), { recursive: true });

    await expect(written(Buffer.from('x'), name)).rejects.toThrow();

    expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
  });
});
