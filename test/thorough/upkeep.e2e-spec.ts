import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../src/config/environment.js';
import { SoleWorker, UPKEEP_LOCK } from '../../src/database/sole-worker.js';
import { OrphanReaper } from '../../src/images/upkeep/orphan-reaper.js';
import { UpkeepRepository } from '../../src/images/upkeep/upkeep.repository.js';
import { UpkeepService } from '../../src/images/upkeep/upkeep.service.js';
import { FileStorage } from '../../src/storage/file-storage.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { createTestDatabase } from '../helpers/database.js';
import { aTrashedImage, anAnnotation, pathTo } from '../helpers/records.js';
import { filesBelow } from '../helpers/service-state.js';
import { aPhotograph, getFile, type Photograph } from '../helpers/uploads.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let service: TestApp;
let http: TestApp['http'];

// No rounds of its own: the tests say when.
async function start(settings: Partial<Environment> = {}): Promise<void> {
  service = await startApp({ upkeepIntervalS: 0, ...settings });
  http = service.http;
}

function round(): Promise<void> {
  return service.app.get(UpkeepService).round();
}

/** A stored file that no record names, whose last byte was written a while ago. */
async function anOrphan(ageMs: number, folder?: string): Promise<string> {
  const key = randomUUID();
  const below = join(service.dataDir, folder ?? join('files', key.slice(-2)));
  await mkdir(below, { recursive: true });
  await writeFile(join(below, key), 'nobody names me');
  await age(join(below, key), ageMs);
  return key;
}

async function age(path: string, ageMs: number): Promise<void> {
  const time = new Date(Date.now() - ageMs);
  await utimes(path, time, time);
}

async function storageKeyOf({ image_key }: Photograph): Promise<string> {
  const [row] = await service.dataSource.query<{ key: string }[]>(
    'SELECT file_storage_key AS key FROM images WHERE image_key = $1',
    [image_key],
  );
  return row!.key;
}

/** The names of the files, by the folder below the data directory that they lie in. */
async function files(): Promise<Record<'incoming' | 'files' | 'set-aside', string[]>> {
  const paths = Object.keys(await filesBelow(service.dataDir));
  const inFolder = (folder: string) =>
    paths
      .filter((path) => path.startsWith(`/${folder}/`))
      .map((path) => path.slice(path.lastIndexOf('/') + 1))
      .sort();
  return {
    incoming: inFolder('incoming'),
    files: inFolder('files'),
    'set-aside': inFolder('set-aside'),
  };
}

afterEach(() => service.close());

describe('files that no record names', () => {
  beforeEach(() => start());

  it('are set aside when they are older than any upload in progress can be', async () => {
    const photographs = [await aPhotograph(http), await aPhotograph(http)];
    const named = await Promise.all(photographs.map(storageKeyOf));
    const young = await anOrphan(23 * HOUR_MS);
    const old = await anOrphan(25 * HOUR_MS);

    await round();

    expect(await files()).toEqual({
      incoming: [],
      files: [...named, young].sort(),
      'set-aside': [old],
    });
    for (const photograph of photographs)
      expect((await getFile(http, photograph)).status).toBe(200);
  });

  it('are removed when they were set aside for long enough', async () => {
    await aPhotograph(http);
    await aPhotograph(http);
    const recent = await anOrphan(29 * DAY_MS, 'set-aside');
    await anOrphan(31 * DAY_MS, 'set-aside');

    await round();

    expect((await files())['set-aside']).toEqual([recent]);
  });

  it('come back with their bytes when a record names them after all', async () => {
    const photograph = await aPhotograph(http);
    const key = await storageKeyOf(photograph);
    const before = await getFile(http, photograph);
    await age(join(service.dataDir, 'files', key.slice(-2), key), 31 * DAY_MS);
    // What happens when the database of another day is there for a while.
    const [row] = await service.dataSource.query<object[]>('SELECT * FROM images');
    await service.dataSource.query('DELETE FROM images');
    await aPhotograph(http);

    await round();
    expect((await files())['set-aside']).toEqual([key]);

    await service.dataSource.query(
      `INSERT INTO images OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_record(NULL::images, $1)`,
      [JSON.stringify(row)],
    );
    await round();

    expect((await files())['set-aside']).toEqual([]);
    const after = await getFile(http, photograph);
    expect(after.body).toEqual(before.body);
  });

  it('stay, however old, when most files have no record', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => anOrphan(400 * DAY_MS)));
    const aside = await anOrphan(400 * DAY_MS, 'set-aside');
    await aPhotograph(http);

    await round();

    expect((await files()).files).toEqual(expect.arrayContaining(keys));
    expect((await files())['set-aside']).toEqual([aside]);

    // An operator who has looked may insist; what was set aside is not removed then.
    const repository = new UpkeepRepository(service.dataSource);
    const reaper = new OrphanReaper(service.app.get(FileStorage), repository, service.environment);
    const { setAside, removed } = await reaper.reap({ force: true });
    expect(setAside.sort()).toEqual(keys.sort());
    expect(removed).toEqual([]);
    expect((await files())['set-aside']).toEqual([...keys, aside].sort());
  });

  it('stay while a backup pauses removal', async () => {
    await aPhotograph(http);
    const old = await anOrphan(25 * HOUR_MS);
    await writeFile(join(service.dataDir, 'keep-files'), '');

    await round();

    expect((await files()).files).toContain(old);
  });

  it('stay while another copy of the service tidies up', async () => {
    await aPhotograph(http);
    const old = await anOrphan(25 * HOUR_MS);

    await service.app.get(SoleWorker).run(UPKEEP_LOCK, () => round());
    expect((await files()).files).toContain(old);

    await round();
    expect((await files())['set-aside']).toEqual([old]);
  });
});

it('removes nothing on the database of somebody else, however often it looks', async () => {
  await start();
  const photographs = [await aPhotograph(http), await aPhotograph(http)];
  const before = await filesBelow(service.dataDir);
  for (const path of Object.keys(before)) await age(join(service.dataDir, path), 400 * DAY_MS);
  const empty = await createTestDatabase();
  const stranger = await startApp({
    dataDir: service.dataDir,
    databaseUrl: empty.url,
    upkeepIntervalS: 0,
  });
  try {
    for (let look = 0; look < 3; look += 1) await stranger.app.get(UpkeepService).round();

    expect(await filesBelow(service.dataDir)).toEqual(before);
    expect(photographs).toHaveLength(2);
  } finally {
    await stranger.app.close();
    await empty.drop();
  }
});

it('removes uploads that a killed process left behind, and none that may still go on', async () => {
  await start();
  const incoming = join(service.dataDir, 'incoming');
  await writeFile(join(incoming, 'abandoned'), 'half');
  await age(join(incoming, 'abandoned'), HOUR_MS);
  await writeFile(join(incoming, 'arriving'), 'half');

  await round();

  expect(await readdir(incoming)).toEqual(['arriving']);
});

it('tidies up by itself, and again', async () => {
  await start({ upkeepIntervalS: 1 });
  await aPhotograph(http);
  for (let time = 0; time < 2; time += 1) {
    const old = await anOrphan(25 * HOUR_MS);
    while (!(await files())['set-aside'].includes(old)) await sleep(100);
  }
});

describe('the trash', () => {
  async function trashedDaysAgo(days: number, photograph: { image_key: string }): Promise<void> {
    await http.delete(pathTo(photograph)).expect(204);
    await service.dataSource.query(
      `UPDATE images SET trashed_at = now() - make_interval(days => $2) WHERE image_key = $1`,
      [photograph.image_key, days],
    );
  }

  it('is emptied of what has been in it for 30 days: record, annotations and file', async () => {
    await start();
    const old = await aPhotograph(http, {}, { image_key: 'tray/old', client_id: 'st-james' });
    await anAnnotation(http, {}, old);
    const recent = await aPhotograph(http);
    const inUse = await aPhotograph(http);
    await trashedDaysAgo(31, old);
    await trashedDaysAgo(29, recent);

    await round();

    expect((await http.get('/images?trash=true')).body).toMatchObject([
      { image_key: recent.image_key },
    ]);
    const kept = await Promise.all([recent, inUse].map(storageKeyOf));
    expect((await files()).files).toEqual(kept.sort());
    expect(await service.dataSource.query('SELECT * FROM annotations')).toEqual([]);
    const entries = await service.dataSource.query<object[]>(
      `SELECT actor, action, subject, client_id, request_id FROM audit_log WHERE action = 'image.purged'`,
    );
    expect(entries).toEqual([
      {
        actor: 'service',
        action: 'image.purged',
        subject: '/images/tray%2Fold',
        client_id: 'st-james',
        request_id: null,
      },
    ]);
  });

  it('is emptied completely, though in small batches', async () => {
    await start();
    for (let count = 0; count < 45; count += 1) await aTrashedImage(http);
    await service.dataSource.query(`UPDATE images SET trashed_at = '2026-01-01'`);

    await round();

    expect((await http.get('/images?trash=true')).body).toEqual([]);
  });

  it('leaves alone what somebody is restoring at this moment', async () => {
    await start();
    const image = await aTrashedImage(http);
    await service.dataSource.query(`UPDATE images SET trashed_at = '2026-01-01'`);

    await service.dataSource.transaction(async (manager) => {
      await manager.query('SELECT FROM images FOR NO KEY UPDATE');
      await round();
      await manager.query('UPDATE images SET trashed_at = NULL');
    });

    expect((await http.get(pathTo(image))).status).toBe(200);
  });

  it('is kept for ever with TRASH_DAYS=0', async () => {
    await start({ trashDays: 0 });
    await aTrashedImage(http);
    await service.dataSource.query(`UPDATE images SET trashed_at = '2001-01-01'`);

    await round();

    expect((await http.get('/images?trash=true')).body).toHaveLength(1);
  });
});

describe('merged labels', () => {
  beforeEach(() => start());
  afterEach(() => service.close());

  it('that a service which was killed has not listed anew are listed by the next round', async () => {
    await anAnnotation(http, { instrument: 'old' });
    await anAnnotation(http, { instrument: 'new' });
    // What the killed one has left: the labels are merged, and the images stand where they stood.
    await service.dataSource.query(
      `UPDATE instruments SET merged_into = target.id, name = 'new', removed_at = now(), relisting = true
         FROM instruments target WHERE instruments.name = 'old' AND target.name = 'new'`,
    );
    const lists = () =>
      service.dataSource.query(
        `SELECT removed_at IS NULL AS "isLabel", count(*)::int AS images
           FROM image_instruments JOIN instruments ON id = instrument_id GROUP BY 1 ORDER BY 1`,
      );
    expect(await lists()).toEqual([
      { isLabel: false, images: 1 },
      { isLabel: true, images: 1 },
    ]);

    await round();

    expect(await lists()).toEqual([{ isLabel: true, images: 2 }]);
    expect(await service.dataSource.query('SELECT FROM instruments WHERE relisting')).toEqual([]);
  });
});
