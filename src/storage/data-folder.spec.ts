import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder, UnusableDataFolder } from './data-folder.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the data folder', () => {
  it('is made with the folders above it, and nothing but its folders is left in it', async () => {
    const dataDir = join(folder, 'a', 'b');

    await openDataFolder(dataDir);
    await openDataFolder(dataDir);

    expect((await readdir(dataDir, { recursive: true })).sort()).toEqual(['files', 'incoming']);
  });

  it.each(['/proc/nope', '/proc/nope/deeper'])(
    'is refused at once where there can be none (%s)',
    async (dataDir) => {
      await expect(openDataFolder(dataDir)).rejects.toThrow(
        /^The service needs the folder \/proc\/nope.* for its files: ENOENT.* DATA_DIR\.$/,
      );
    },
  );

  it('is refused where a file stands in its place', async () => {
    await writeFile(join(folder, 'file'), '');

    await expect(openDataFolder(join(folder, 'file'))).rejects.toThrow(UnusableDataFolder);
  });
});
