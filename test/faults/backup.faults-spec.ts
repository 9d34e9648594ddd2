import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { aPicture } from '../helpers/uploads.js';
import { verify } from '../helpers/verify.js';

const SLOW_MS = 120_000;

let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-backup-'));
  // PostgreSQL, not being root, has to pass through.
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The service on its embedded database. */
function start(): Promise<ChildService> {
  return startChild({ DATA_DIR: dataDir, DATABASE_URL: '' });
}

async function upload(child: ChildService, key: string, file: Buffer): Promise<void> {
  const metadata = {
    image_key: key,
    client_id: 'st-james',
    created_at: '2026-03-01T08:30:00Z',
    annotations: [{ instrument: 'tray' }],
  };
  const answer = await supertest(child.url)
    .post('/images')
    .field('metadata', JSON.stringify(metadata))
    .attach('file', file, 'photograph.jpg');
  expect(answer.status).toBe(201);
}

async function pictureOf(child: ChildService, key: string): Promise<Buffer> {
  const { status, body } = await supertest(child.url).get(`/images/${key}/file`);
  expect(status).toBe(200);
  return body as Buffer;
}

describe('a backup of the data folder of a stopped service', () => {
  it(
    'restores records, annotations and pictures after everything is lost, and verify is clean',
    async () => {
      const picture = await aPicture();
      const child = await start();
      await upload(child, 'before', picture);
      await upload(child, 'too', await aPicture({ width: 70 }));
      expect(await child.stop()).toBe(0);
      // As docs/operations.md has it.
      execFileSync('cp', ['-a', dataDir, join(folder, 'backup')]);
      await child.close();

      const later = await start();
      await upload(later, 'after', picture);
      await later.close();
      await rm(dataDir, { recursive: true });
      execFileSync('cp', ['-a', join(folder, 'backup'), dataDir]);

      expect(await verify({ DATA_DIR: dataDir })).toMatchObject({ code: 0, differences: [] });
      const restored = await start();
      try {
        expect(await pictureOf(restored, 'before')).toEqual(picture);
        const { body } = await supertest(restored.url).get('/images?sort=image_key');
        expect(body).toMatchObject([
          { image_key: 'before', annotations: [{ index: 0, instrument: 'tray' }] },
          { image_key: 'too' },
        ]);
        expect(await verify({ DATA_DIR: dataDir })).toMatchObject({
          code: 0,
          summary: { images: 2, pictures: 2, files: 2 },
        });
      } finally {
        await restored.close();
      }
    },
    SLOW_MS,
  );

  it(
    'whose records are older than the files loses neither, even when the right records come later',
    async () => {
      const child = await start();
      await upload(child, 'newer', await aPicture({ width: 90 }));
      await child.close();
      const postgres = join(dataDir, 'postgres');
      await rename(postgres, join(folder, 'newest'));
      execFileSync('cp', ['-a', join(folder, 'backup', 'postgres'), dataDir]);
      // The files of today, a week later.
      const files = join(dataDir, 'files');
      execFileSync('find', [files, '-type', 'f', '-exec', 'touch', '-d', '7 days ago', '{}', '+']);

      // Of three pictures, the records of the backup know two.
      expect(await verify({ DATA_DIR: dataDir }, '--repair')).toMatchObject({
        code: 0,
        repaired: [{ repaired: 'set-aside' }],
        summary: { images: 2, files: 2, set_aside: 1 },
      });

      await rm(postgres, { recursive: true });
      await rename(join(folder, 'newest'), postgres);

      expect(await verify({ DATA_DIR: dataDir }, '--repair')).toMatchObject({
        code: 0,
        repaired: [{ repaired: 'brought-back' }],
        summary: { images: 3, files: 3, set_aside: 0 },
      });
    },
    SLOW_MS,
  );
});
