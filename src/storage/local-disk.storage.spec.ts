import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Environment } from '../config/environment.js';
import type { FileStorage, ListedFile } from './file-storage.js';
import { LocalDiskStorage } from './local-disk.storage.js';

const LONG_AGO = new Date('2026-01-02T03:04:05Z');

let folder: string;
let storage: LocalDiskStorage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-storage-'));
  storage = storageIn(folder);
  await storage.onModuleInit();
  await mkdir(join(folder, 'incoming'));
});
afterEach(() => rm(folder, { recursive: true }));

function storageIn(dataDir: string): LocalDiskStorage {
  return new LocalDiskStorage(Object.assign(new Environment(), { dataDir }));
}

async function upload(content: string, writtenAt = LONG_AGO): Promise<string> {
  const path = join(folder, randomUUID());
  await writeFile(path, content);
  await utimes(path, writtenAt, writtenAt);
  return path;
}

async function stored(content = 'bytes'): Promise<string> {
  const key = randomUUID();
  await storage.publish(key, await upload(content));
  return key;
}

async function contentOf(key: string, from: FileStorage = storage): Promise<string | undefined> {
  const file = await from.open(key);
  if (!file) return undefined;
  try {
    return await text(file.stream());
  } finally {
    await file.close();
  }
}

async function all(files: AsyncIterable<ListedFile>): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  for await (const file of files) found.push(file);
  return found.sort((one, other) => (one.key < other.key ? -1 : 1));
}

describe('a storage', () => {
  it('keeps what is published, byte for byte, and takes the local file over', async () => {
    const path = await upload('exactly these');
    const key = randomUUID();

    await storage.publish(key, path);

    expect(await contentOf(key)).toBe('exactly these');
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('knows nothing of a key that was never published, and does not miss it', async () => {
    expect(await storage.open(randomUUID())).toBeUndefined();
    await storage.remove(randomUUID());
    await storage.setAside(randomUUID());
    await storage.bringBack(randomUUID());
    await storage.removeSetAside(randomUUID());
  });

  it('lists every file with its size and the time of its last byte', async () => {
    const contents = Array.from({ length: 40 }, (_, index) => 'x'.repeat(index));
    const keys: string[] = [];
    for (const content of contents) keys.push(await stored(content));

    const expected = keys.map((key, index) => ({ key, bytes: index, modifiedAt: LONG_AGO }));
    expect(await all(storage.list())).toEqual(
      expected.sort((one, other) => (one.key < other.key ? -1 : 1)),
    );
  });

  it('lists nothing of an empty storage', async () => {
    expect(await all(storage.list())).toEqual([]);
    expect(await all(storage.listSetAside())).toEqual([]);
  });

  it('sets a file aside, from now on, and brings it back with the same bytes', async () => {
    const before = Date.now();
    const key = await stored('precious');

    await storage.setAside(key);

    expect(await storage.open(key)).toBeUndefined();
    expect(await all(storage.list())).toEqual([]);
    const [aside] = await all(storage.listSetAside());
    expect(aside).toMatchObject({ key, bytes: 8 });
    expect(aside!.modifiedAt.getTime()).toBeGreaterThan(before - 1_000);

    await storage.bringBack(key);

    expect(await contentOf(key)).toBe('precious');
    expect(await all(storage.listSetAside())).toEqual([]);
  });

  it('removes what was set aside for good, and leaves the same key in use alone', async () => {
    const [kept, gone] = [await stored(), await stored()];
    await storage.setAside(gone);

    await storage.removeSetAside(gone);
    await storage.removeSetAside(kept);

    expect(await all(storage.listSetAside())).toEqual([]);
    expect(await contentOf(kept)).toBe('bytes');
  });

  it('removes nothing while removal is paused', async () => {
    const key = await stored();
    await writeFile(join(folder, 'keep-files'), '');

    expect(await storage.isRemovalPaused()).toBe(true);
    await storage.remove(key);
    expect(await contentOf(key)).toBe('bytes');

    await rm(join(folder, 'keep-files'));
    await storage.remove(key);
    expect(await storage.open(key)).toBeUndefined();
  });

  it('refuses keys that are not its own', async () => {
    const path = await upload('bytes');
    await expect(storage.publish('../../etc/passwd', path)).rejects.toThrow(TypeError);
    await expect(storage.removeSetAside('../files')).rejects.toThrow(TypeError);
  });

  it('says that it is not available when an upload has vanished, and keeps nothing', async () => {
    const key = randomUUID();

    const publishing = storage.publish(key, join(folder, 'vanished'));

    await expect(publishing).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect(await storage.open(key)).toBeUndefined();
  });
});

describe('the local disk', () => {
  it('tells only files of its own: what else lies there is not listed', async () => {
    await mkdir(join(folder, 'files', 'ab'));
    await mkdir(join(folder, 'files', 'lost+found'));
    await writeFile(join(folder, 'files', 'ab', '.nfs0001'), '');
    await writeFile(join(folder, 'files', 'README'), '');

    expect(await all(storage.list())).toEqual([]);
  });

  it('answers, and leaves no probe behind', async () => {
    await storage.assertAnswers();

    expect(await readdir(folder, { recursive: true })).toEqual(['files', 'incoming']);
  });

  it('takes files again when a folder of its own was taken away', async () => {
    const [key, next] = [randomUUID(), randomUUID()].map((uuid) => `${uuid.slice(0, -2)}ab`);
    await storage.publish(key!, await upload('lost'));
    await rm(join(folder, 'files', 'ab'), { recursive: true });
    const path = await upload('kept');

    await expect(storage.publish(next!, path)).rejects.toMatchObject({
      code: 'storage-unavailable',
    });
    await storage.publish(next!, path);

    expect(await contentOf(next!)).toBe('kept');
  });

  it.each(['files', 'incoming'])('answers no more when its folder %s is gone', async (name) => {
    await rm(join(folder, name), { recursive: true });

    await expect(storage.assertAnswers()).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});
