import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyCommand } from '../../src/cli/verify-command.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { runHere } from '../helpers/commands.js';
import { anAnnotation, anImage, pathTo } from '../helpers/records.js';
import { stateOf } from '../helpers/service-state.js';
import { aPhotograph, aPicture, getFile, putFile, type Photograph } from '../helpers/uploads.js';
import { verify as verifyWith, verifyApart, type Verdict } from '../helpers/verify.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp({ upkeepIntervalS: 0 });
  http = service.http;
});
afterAll(() => service.close());

const settings = () => ({
  DATA_DIR: service.dataDir,
  DATABASE_URL: service.environment.databaseUrl!,
});

function verify(...flags: string[]): Promise<Verdict> {
  return verifyWith(settings(), ...flags);
}

async function pathOf({ image_key }: Photograph): Promise<string> {
  const [row] = await service.dataSource.query<{ key: string }[]>(
    'SELECT file_storage_key AS key FROM images WHERE image_key = $1',
    [image_key],
  );
  return fileOf(row!.key);
}

function fileOf(key: string): string {
  return join(service.dataDir, 'files', key.slice(-2), key);
}

/** What was wrong, without words. */
function told({ differences }: Verdict): [string, string | null][] {
  return differences
    .map(({ difference, image_key }): [string, string | null] => [difference, image_key])
    .sort();
}

describe('npm run verify', () => {
  it('finds no difference in what the service has done, in use and in the trash, and changes nothing', async () => {
    const photograph = await aPhotograph(http);
    await anAnnotation(http, {}, photograph);
    const { index } = await anAnnotation(http, {}, photograph);
    await http.delete(pathTo({ ...photograph, index })).expect(204);
    const trashed = await aPhotograph(http, {}, { annotations: [{ instrument: 'tray' }] });
    await http.delete(pathTo(trashed)).expect(204);
    await anImage(http);
    const before = await stateOf(service);

    const verdict = await verifyApart(settings());

    expect(verdict).toMatchObject({
      code: 0,
      differences: [],
      summary: { images: 3, pictures: 2, files: 2, differences: 0, young_files: 0, set_aside: 0 },
    });
    expect(verdict.summary?.bytes_hashed).toBe(photograph.file.bytes + trashed.file.bytes);
    expect(await stateOf(service)).toEqual(before);
  });

  it('finds files that are lost, cut, grown or rotten, and repairs none of them in silence', async () => {
    const [lost, cut, grown, rotten] = [
      await aPhotograph(http),
      await aPhotograph(http),
      await aPhotograph(http),
      await aPhotograph(http),
    ];
    await rm(await pathOf(lost));
    await writeFile(await pathOf(cut), 'half');
    await appendFile(await pathOf(grown), 'more');
    await flipABit(await pathOf(rotten));
    const before = await stateOf(service);

    const expected = [
      ['file-hash', rotten.image_key],
      ['file-missing', lost.image_key],
      ['file-size', cut.image_key],
      ['file-size', grown.image_key],
    ].sort();
    const full = await verify('--repair');
    expect(full.code).toBe(1);
    expect(told(full)).toEqual(expected);
    const quick = await verify('--quick');
    expect(quick.code).toBe(1);
    expect(told(quick)).toEqual(expected.filter(([difference]) => difference !== 'file-hash'));
    expect(quick.summary?.bytes_hashed).toBe(0);
    expect(await stateOf(service)).toEqual(before);

    for (const photograph of [lost, cut, grown, rotten])
      await http.delete(`${pathTo(photograph)}?purge=true`).expect(204);
    expect((await verify()).code).toBe(0);
  });

  it('finds what can be repaired without loss, and repairs it', async () => {
    const photograph = await aPhotograph(http);
    await anAnnotation(http, {}, photograph);
    const away = await aPhotograph(http);
    const before = await getFile(http, away);
    const nobodys = randomUUID();
    await mkdir(join(fileOf(nobodys), '..'), { recursive: true });
    await writeFile(fileOf(nobodys), 'nobody names me');
    await utimes(fileOf(nobodys), new Date(0), new Date(0));
    await setAside(away);
    await service.dataSource.query(
      `UPDATE images SET annotation_count = 7, annotation_bytes = 1, highest_annotation_index = 4,
              annotation_set_version = 0 WHERE image_key = $1`,
      [photograph.image_key],
    );

    const found = await verifyApart(settings());
    expect(found).toMatchObject({ code: 1, summary: { set_aside_though_named: 1 } });
    expect(told(found)).toEqual([
      ['counters', photograph.image_key],
      ['file-missing', away.image_key],
      ['file-without-record', null],
    ]);
    expect(found.differences.find(({ difference }) => difference === 'counters')?.detail).toMatch(
      /^annotation_count is 7 and should be 1, annotation_bytes is 1 and should be \d+, highest_annotation_index is 4 and should be 0, annotation_set_version is 0 and should be at least 1$/,
    );

    const repaired = await verify('--repair');
    expect(repaired.complaint).toBe('');
    expect(repaired).toMatchObject({
      code: 0,
      differences: [],
      summary: { counters_repaired: 1, set_aside: 1 },
    });
    expect(repaired.repaired.map(({ repaired }) => repaired).sort()).toEqual([
      'brought-back',
      'set-aside',
    ]);
    expect((await getFile(http, away)).body).toEqual(before.body);
    expect((await verify()).code).toBe(0);
  });

  it('finds no difference while pictures come, are replaced and go', async () => {
    let isDone = false;
    const work = async () => {
      while (!isDone) {
        const photograph = await aPhotograph(http);
        await anAnnotation(http, {}, photograph);
        await putFile(http, photograph, await aPicture({ width: 80, height: 60 }));
        await http.delete(`${pathTo(photograph)}?purge=true`).expect(204);
      }
    };
    const working = [work(), work()];

    const verdicts = [await verify(), await verify()];
    isDone = true;
    await Promise.all(working);

    expect(verdicts.map(({ code, differences }) => ({ code, differences }))).toEqual(
      verdicts.map(() => ({ code: 0, differences: [] })),
    );
  });

  it.each([
    ['the database does not answer', { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }],
    ['the data folder has no files', { DATA_DIR: '/proc' }],
    ['a setting is wrong', { TRASH_DAYS: '-1' }],
  ])('says that it could not be checked when %s', async (_what, wrong) => {
    const verdict = await verifyApart({ ...settings(), ...wrong });

    expect(verdict).toMatchObject({ code: 2, summary: undefined });
    expect(verdict.complaint).toMatch(/^It could not be checked: .+\n$/s);
    expect(verdict.complaint).not.toMatch(/^ +at /m);
  });

  it('explains itself when it is asked for something else', async () => {
    const verdict = await verify('--fix');

    expect(verdict.code).toBe(2);
    expect(verdict.complaint).toMatch(/^Unknown option '--fix'.*\n\nUsage: npm run verify/s);
    const told = await runHere(verifyCommand, ['--help'], settings());
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toMatch(/^Usage: npm run verify/);
  });
});

async function flipABit(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 100);
    await file.write(Buffer.of(byte[0]! ^ 1), 0, 1, 100);
  } finally {
    await file.close();
  }
}

async function setAside(photograph: Photograph): Promise<void> {
  const { FileStorage } = await import('../../src/storage/file-storage.js');
  const path = await pathOf(photograph);
  await service.app.get(FileStorage).setAside(path.slice(-36));
}
