import { afterEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../src/config/environment.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';
import { anAnnotation, anImage, imageFields, pathTo } from '../helpers/records.js';
import { filesBelow, stateOf } from '../helpers/service-state.js';
import { mountSmallDisk, type SmallDisk } from '../helpers/small-disk.js';
import { aPhotograph, aPicture, getFile, postForm, putFile } from '../helpers/uploads.js';
import { verify } from '../helpers/verify.js';

const SLOW_MS = 60_000;

let folder: string;
let disk: SmallDisk | undefined;
let service: TestApp;
let http: TestApp['http'];

/** The service on a disk of its own that is soon full; its database is elsewhere. */
async function startOn(options: string, settings: Partial<Environment> = {}): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'loupe-full-'));
  disk = mountSmallDisk(folder, options);
  service = await startApp({ dataDir: folder, ...settings });
  http = service.http;
}

afterEach(async () => {
  await service.close();
  disk?.unmount();
  disk = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function largePicture(): Promise<Buffer> {
  return Buffer.concat([await aPicture(), Buffer.alloc(1_600_000)]);
}

describe('a full disk', () => {
  it(
    'refuses uploads with 507 wherever they strike it, goes on reading, and takes them again when there is room',
    async () => {
      await startOn('size=3m');
      const photograph = await aPhotograph(http);
      const record = await anImage(http);
      const original = await getFile(http, photograph);
      await writeFile(join(folder, 'ballast'), Buffer.alloc(2_000_000));
      const before = await stateOf(service);
      const large = await largePicture();

      for (let time = 0; time < 5; time += 1) {
        expectProblem(await postForm(http, large), 507, 'storage-full');
        expectProblem(await putFile(http, record, large), 507, 'storage-full');
      }

      expect(await stateOf(service)).toEqual(before);
      expect((await getFile(http, photograph)).body).toEqual(original.body);
      expect((await getFile(http, photograph, { scale: 0.5 })).status).toBe(200);
      await anAnnotation(http, {}, photograph);
      expect((await http.get('/health/ready')).status).toBe(200);
      expect((await http.get('/health/live')).status).toBe(200);

      disk!.enlarge();

      expect((await postForm(http, large)).status).toBe(201);
      expect((await putFile(http, record, large)).status).toBe(201);
      expect(await verified()).toMatchObject({ code: 0, differences: [] });
    },
    SLOW_MS,
  );

  it(
    'has no byte left: the service starts on it, reads, and is ready',
    async () => {
      await startOn('size=1m');
      const photograph = await aPhotograph(http);
      await fill();
      const again = await startApp({
        dataDir: folder,
        databaseUrl: service.environment.databaseUrl!,
      });
      try {
        expect((await getFile(again.http, photograph)).status).toBe(200);
        expect((await again.http.get('/health/ready')).status).toBe(200);
        expectProblem(await postForm(again.http, await aPicture()), 507, 'storage-full');
      } finally {
        await again.app.close();
      }
      expect(Object.keys(await filesBelow(folder))).toHaveLength(2);
    },
    SLOW_MS,
  );

  it(
    'has no inode left: not for the upload, then not for the folder that it would be stored in',
    async () => {
      await startOn('size=50m,nr_inodes=40');
      const picture = await aPicture();
      const statuses = new Set<number>();
      let refusals = 0;
      const stored: string[] = [];
      // The last inode goes to an upload, and there is none for the folder that it is to be moved to.
      while (refusals < 5) {
        const answer = await postForm(http, picture, imageFields());
        statuses.add(answer.status);
        if (answer.status === 201) stored.push(answer.body.image_key as string);
        else {
          expectProblem(answer, 507, 'storage-full');
          refusals += 1;
        }
      }
      expect(statuses).toEqual(new Set([201, 507]));
      for (const image_key of stored)
        expect((await getFile(http, { image_key })).body).toEqual(picture);
      expect(Object.keys(await filesBelow(folder))).toHaveLength(stored.length);
      // No inode at all.
      await fillInodes();
      expectProblem(await postForm(http, picture), 507, 'storage-full');
      expect((await http.get('/health/ready')).status).toBe(200);

      disk!.enlarge();

      expect((await postForm(http, picture)).status).toBe(201);
      expect(await verified()).toMatchObject({ code: 0, differences: [] });
    },
    SLOW_MS,
  );

  async function fill(): Promise<void> {
    await writeFile(join(folder, 'ballast'), Buffer.alloc(2_000_000)).catch(() => undefined);
  }

  async function fillInodes(): Promise<void> {
    for (let count = 0; ; count += 1) {
      const isFull = await writeFile(join(folder, `ballast-${count}`), '').then(
        () => false,
        () => true,
      );
      if (isFull) return;
    }
  }

  function verified() {
    return verify({ DATA_DIR: folder, DATABASE_URL: service.environment.databaseUrl! });
  }
});

describe('a storage that is taken away', () => {
  it(
    'is not ready, refuses uploads with 503, and works again when it is back',
    async () => {
      await startOn('size=20m');
      const record = await anImage(http);
      const files = join(folder, 'files');
      await rm(files, { recursive: true });
      await rm(join(folder, 'incoming'), { recursive: true });

      expectProblem(await http.get('/health/ready'), 503, 'not-ready');
      const refused = await putFile(http, record, await aPicture());
      expectProblem(refused, 503, 'storage-unavailable');
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
      expect((await http.get(pathTo(record))).status).toBe(200);
      expect((await http.get('/health/live')).status).toBe(200);

      await mkdir(files);
      await mkdir(join(folder, 'incoming'));

      expect((await http.get('/health/ready')).status).toBe(200);
      expect((await putFile(http, record, await aPicture())).status).toBe(201);
    },
    SLOW_MS,
  );

  it(
    'is read-only: 503, and reads go on',
    async () => {
      await startOn('size=20m');
      const photograph = await aPhotograph(http);
      disk!.makeReadOnly();

      expectProblem(await postForm(http, await aPicture()), 503, 'storage-unavailable');
      expect((await getFile(http, photograph)).status).toBe(200);
      expectProblem(await http.get('/health/ready'), 503, 'not-ready');

      disk!.enlarge();
      expect((await postForm(http, await aPicture())).status).toBe(201);
    },
    SLOW_MS,
  );
});

describe('a data folder that cannot be used', () => {
  it.each([
    ['/proc/nope', true],
    ['/etc/hostname', false],
  ])(
    'ends the start with one sentence and exit code 1 (%s)',
    async (dataDir, hasDatabase) => {
      await startOn('size=1m');
      const database = hasDatabase ? { DATABASE_URL: service.environment.databaseUrl! } : undefined;

      const { code, output } = await main({ DATA_DIR: dataDir, ...database });

      expect(code).toBe(1);
      expect(output).toMatch(/^The service needs the folder \S+ for its files: .+ DATA_DIR\.\n$/);
      expect(output).toContain(dataDir);
    },
    SLOW_MS,
  );

  function main(
    settings: Record<string, string>,
  ): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [join(process.cwd(), 'dist/src/main.js')],
        {
          cwd: tmpdir(),
          env: { PATH: process.env.PATH, PORT: '0', ...settings },
          timeout: 20_000,
        },
        (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
      );
    });
  }
});
