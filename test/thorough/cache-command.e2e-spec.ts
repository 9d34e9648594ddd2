import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { cacheCommand } from '../../src/cli/cache-command.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { type Outcome, runCommand, runHere } from '../helpers/commands.js';
import { anImage } from '../helpers/records.js';
import { aPhotograph, getFile, type Photograph } from '../helpers/uploads.js';

const SECONDS = 1_000;

let service: TestApp;

beforeAll(async () => {
  service = await startApp({ upkeepIntervalS: 0 });
});
afterAll(() => service.close());
beforeEach(async () => {
  await cache(['purge']);
});

function settings(): Record<string, string> {
  return { DATA_DIR: service.dataDir, DATABASE_URL: service.environment.databaseUrl! };
}

/** Runs the command beside the service. */
function cache(args: string[], others: Record<string, string> = {}): Promise<Outcome> {
  return runHere(cacheCommand, args, { ...settings(), ...others });
}

async function entries(): Promise<number> {
  const { stdout } = await cache(['stats', '--json']);
  return (JSON.parse(stdout) as { entries: number }).entries;
}

async function renditions() {
  const { RenditionCache } = await import('../../src/images/rendition-cache.js');
  return service.app.get(RenditionCache, { strict: false });
}

/** Has something made of a photograph, and used often enough to be in memory. */
async function aRendition({ image_key }: Photograph, what: string): Promise<string> {
  const { renditionName } = await import('../../src/images/cache/rendition-name.js');
  const [row] = await service.dataSource.query<{ key: string }[]>(
    'SELECT file_storage_key AS key FROM images WHERE image_key = $1',
    [image_key],
  );
  const name = renditionName(row!.key, what);
  const kept = await renditions();
  const data = Buffer.alloc(5_000, what);
  for (let time = 0; time < 2; time += 1) {
    await kept.getOrMake(name, row!.key, async () => ({ mediaType: 'image/webp', data }));
    await kept.idle();
  }
  return name;
}

describe('npm run cache', () => {
  it('tells how much is kept, as a table and as JSON', async () => {
    const photograph = await aPhotograph(service.http);
    await aRendition(photograph, 'one');
    await aRendition(photograph, 'two');

    const [table, json] = [
      await runCommand('cache', ['stats'], settings()),
      await runCommand('cache', ['stats', '--json'], settings()),
    ];

    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(/^kept +2 +16384 +0\.0 %$/m);
    expect(table.stdout).toMatch(/^Budget: 2147483648 bytes\./m);
    expect(JSON.parse(json.stdout)).toEqual({
      ...{ entries: 2, bytes: 16_384, budget: 2_147_483_648 },
      probation: { entries: 0, bytes: 0 },
      kept: { entries: 2, bytes: 16_384 },
      eldest_use: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('removes everything, and the running service drops within seconds what it holds in memory', async () => {
    const photograph = await aPhotograph(service.http);
    const original = await getFile(service.http, photograph);
    const name = await aRendition(photograph, 'one');
    const kept = await renditions();
    expect(kept.peek(name)).toBeDefined();

    expect(await cache(['purge'])).toMatchObject({
      code: 0,
      stdout: '1 made pictures were removed.\n',
    });

    expect(await entries()).toBe(0);
    for (let time = 0; time < 100 && kept.peek(name); time += 1) await wait(0.1 * SECONDS);
    expect(kept.peek(name)).toBeUndefined();
    expect(await kept.get(name)).toBeUndefined();
    // What was uploaded is no business of it.
    expect((await getFile(service.http, photograph)).body).toEqual(original.body);
    expect(await aRendition(photograph, 'one')).toBe(name);
    expect(await entries()).toBe(1);
  });

  it('removes what was made of one image, and nothing else', async () => {
    const [photograph, other] = [await aPhotograph(service.http), await aPhotograph(service.http)];
    for (const what of ['one', 'two']) await aRendition(photograph, what);
    const name = await aRendition(other, 'one');

    const purged = await runCommand(
      'cache',
      ['purge', '--image', photograph.image_key, '--json'],
      settings(),
    );

    expect(purged).toMatchObject({ code: 0, stdout: '{"removed":2}\n' });
    expect(await entries()).toBe(1);
    expect(await (await renditions()).get(name)).toBeDefined();
  });

  it.each(['nobody', ''])('refuses an image that there is not ("%s")', async (key) => {
    await aRendition(await aPhotograph(service.http), 'one');

    expect(await cache(['purge', '--image', key])).toEqual({
      ...{ code: 1, stdout: '', stderr: `No image has the key "${key}".\n` },
    });
    expect(await entries()).toBe(1);
  });

  it('refuses an image that has no picture', async () => {
    const { image_key } = await anImage(service.http);

    const refused = await cache(['purge', '--image', image_key]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: `The image "${image_key}" has no picture.\n`,
    });
  });

  it('needs no database to tell, and says so when it cannot be reached', async () => {
    const away = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };

    expect((await cache(['stats'], away)).code).toBe(0);
    const refused = await cache(['purge', '--image', 'x'], away);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^The database cannot be reached: /);
  });

  it('explains itself, and refuses what it does not understand', async () => {
    expect(await cache(['--help'])).toMatchObject({ code: 0, stderr: '' });
    expect((await runCommand('cache', ['empty'], settings())).code).toBe(2);
    for (const args of [[], ['empty'], ['stats', '--image', 'x'], ['purge', 'all'], ['--nope']]) {
      const refused = await cache(args);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(/Usage: npm run cache/);
    }
  });
});
