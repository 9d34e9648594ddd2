import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import supertest from 'supertest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { drawPicture } from '../helpers/pictures.js';
import { filesBelow } from '../helpers/service-state.js';
import { startTraced, type SystemCall, type TracedService } from '../helpers/traced-service.js';
import { verify } from '../helpers/verify.js';

const SLOW_MS = 120_000;

let database: TestDatabase;
let dataDir: string;
let service: TracedService | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'loupe-durability-'));
  // With the folders there, an upload's fsyncs are the first that the service calls.
  for (const folder of ['files', 'incoming']) await mkdir(join(dataDir, folder));
});

afterEach(async () => {
  await service?.stop();
  service = undefined;
  await database.drop();
  for (const path of [dataDir, `${dataDir}.strace`])
    await rm(path, { recursive: true, force: true });
});

function settings() {
  return { DATA_DIR: dataDir, DATABASE_URL: database.url, UPKEEP_INTERVAL_S: '0' };
}

async function start(
  fault?: string | Partial<ReturnType<typeof settings>>,
): Promise<TracedService> {
  const [faults, others] = typeof fault === 'string' ? [[fault], {}] : [[], fault];
  service = await startTraced({ ...settings(), ...others }, ...faults);
  return service;
}

async function upload({ url }: TracedService): Promise<supertest.Response> {
  const file = await drawPicture({ format: 'jpeg', width: 64, height: 48 });
  const metadata = { client_id: 'st-james', created_at: '2026-03-01T08:30:00Z' };
  return supertest(url)
    .post('/images')
    .field('metadata', JSON.stringify({ image_key: randomUUID(), ...metadata }))
    .attach('file', file, 'photograph.jpg');
}

async function rows(): Promise<number> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rowCount } = await client.query('SELECT FROM images').finally(() => client.end());
  return rowCount ?? 0;
}

/** The one call that a pattern fits, with its name in front of its arguments. */
function only(calls: readonly SystemCall[], pattern: RegExp): SystemCall {
  const found = calls.filter(({ name, args }) => pattern.test(`${name}(${args}`));
  expect(found.map(({ name, args, result }) => `${name}(${args}) = ${result}`)).toHaveLength(1);
  return found[0]!;
}

describe('an upload that is acknowledged', () => {
  it(
    'is on the disk under its name before the row is committed, and committed before the 201',
    async () => {
      const traced = await start();
      expect((await upload(traced)).status).toBe(201);
      const calls = await traced.calls();

      const { port } = new URL(database.url);
      const syncFile = only(calls, /^fsync\(\d+<[^>]*\/incoming\/[^>]+>/);
      const publish = only(calls, /^rename\w*\(.*\/incoming\/.*\/files\/[0-9a-f]{2}\//);
      const [, folder] = /"([^"]*\/files\/[0-9a-f]{2})\/[^"]+"/.exec(publish.args) ?? [];
      const syncFolder = only(calls, new RegExp(`^fsync\\(\\d+<${folder}>`));
      const toDatabase = `\\d+<TCP:\\[[^\\]]*->[^\\]]*:${port}\\]>`;
      const commits = calls.filter(
        ({ name, args, begun }) =>
          begun > publish.begun &&
          new RegExp(`^${toDatabase}.*COMMIT`).test(args) &&
          name !== 'read',
      );
      const answer = only(calls, /^write\w*\(.*HTTP\/1\.1 201 Created/);
      const acknowledged = calls.filter(
        ({ name, args, begun }) =>
          name === 'read' && begun > publish.begun && args.includes('COMMIT\\0'),
      );

      expect(commits).toHaveLength(1);
      expect(acknowledged).toHaveLength(1);
      const steps = [syncFile, publish, syncFolder, commits[0]!, acknowledged[0]!, answer];
      for (const step of steps) expect(step.result).toMatch(/^\d+$/);
      for (const [index, step] of steps.slice(1).entries())
        expect(step.begun).toBeGreaterThan(steps[index]!.ended);
    },
    SLOW_MS,
  );
});

describe('an upload whose bytes cannot be brought to the disk', () => {
  it.each([
    ['its fsync fails', 'fsync:error=EIO:when=1', 503, 'storage-unavailable'],
    ['that of the folder of folders fails', 'fsync:error=EIO:when=2', 503, 'storage-unavailable'],
    ['that of its folder fails', 'fsync:error=EIO:when=3', 503, 'storage-unavailable'],
    ['it cannot be named', 'rename:error=EIO:when=2', 503, 'storage-unavailable'],
    ['the disk is full at the fsync', 'fsync:error=ENOSPC:when=1', 507, 'storage-full'],
    ['the quota is used up at the naming', 'rename:error=EDQUOT:when=2', 507, 'storage-full'],
  ])(
    'is not acknowledged when %s, nothing of it is left, and the next one succeeds',
    async (_what, fault, status, code) => {
      const traced = await start(fault);

      const refused = await upload(traced);

      expect(refused.status).toBe(status);
      expect(refused.body).toMatchObject({ type: `/problems/${code}` });
      expect(JSON.stringify(refused.body)).not.toMatch(/EIO|ENOSPC|EDQUOT|\/files|\/incoming/);
      expect(await filesBelow(dataDir)).toEqual({});
      expect(await rows()).toBe(0);

      expect((await upload(traced)).status).toBe(201);
      expect(Object.keys(await filesBelow(dataDir))).toHaveLength(1);
      const { status: readiness } = await supertest(traced.url).get('/health/ready');
      expect(readiness).toBe(200);
    },
    SLOW_MS,
  );
});

describe('a service that is killed between storing a file and its row', () => {
  it(
    'leaves a file that nobody names and no row without its file, and the file is taken away later',
    async () => {
      expect((await upload(await start())).status).toBe(201);
      await service?.stop();
      const before = Object.keys(await filesBelow(dataDir));
      const killed = await start('fsync:signal=SIGKILL:when=3');
      await expect(upload(killed)).rejects.toThrow();
      expect(await killed.stop()).toBe('SIGKILL');

      const [orphan, ...more] = await storedFiles();
      expect(more).toEqual([]);
      expect(await rows()).toBe(1);
      const early = await verify(settings());
      expect(early).toMatchObject({ code: 0, differences: [], summary: { young_files: 1 } });

      const yesterday = new Date(Date.now() - 25 * 3_600_000);
      await utimes(join(dataDir, orphan!), yesterday, yesterday);
      const late = await verify(settings());
      expect(late).toMatchObject({ code: 1, differences: [{ difference: 'file-without-record' }] });

      await expect(tidiedUp()).resolves.toEqual([`/set-aside/${orphan!.slice(-36)}`]);
      expect(await verify(settings())).toMatchObject({ code: 0, summary: { set_aside: 1 } });

      async function storedFiles(): Promise<string[]> {
        return Object.keys(await filesBelow(dataDir)).filter((path) => !before.includes(path));
      }

      /** What is left of the files after the service has tidied up by itself. */
      async function tidiedUp(): Promise<string[]> {
        await start({ UPKEEP_INTERVAL_S: '1' });
        while ((await storedFiles()).includes(orphan!)) await sleep(100);
        return storedFiles();
      }
    },
    SLOW_MS,
  );
});
