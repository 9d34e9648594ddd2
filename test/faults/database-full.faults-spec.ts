import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  expectUnavailable,
  type FaultyDatabase,
  startOn,
  timed,
  untilReady,
} from '../helpers/faulty-database.js';
import { OwnPostgres } from '../helpers/own-postgres.js';
import { anImage, annotationFields, aPolygon, pathTo } from '../helpers/records.js';

const execute = promisify(execFile);
const DISK_BYTES = 48 * 1024 * 1024;
const MOST_WRITES = 400;

const reasonToSkip = await whyNotMounted();
// A visible "skipped" with the reason in its name.
const describeOnDisk = reasonToSkip === undefined ? describe : describe.skip;

describeOnDisk(`a database whose disk is full${reasonToSkip ? ` (${reasonToSkip})` : ''}`, () => {
  let faulty: FaultyDatabase;
  let disk: string;

  beforeAll(async () => {
    disk = await mountSmallDisk();
    const postgres = await OwnPostgres.start();
    const { uid = process.getuid!(), gid = process.getgid!() } = postgres.account;
    await chown(disk, uid, gid);
    await postgres.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
    faulty = await startOn(postgres, 'TABLESPACE small');
  });
  afterAll(async () => {
    await faulty.close();
    await unmount(disk);
  });

  it('makes writes 503, lets reads go on, and takes writes again as soon as there is room', async () => {
    const { http } = faulty;
    const image = await anImage(http);
    const path = pathTo(image, 'annotations');
    const polygon = aPolygon(aJaggedEdge(1_000));
    const write = () => timed(http.post(path).send(annotationFields({ polygon })));
    const kept = await write();
    expect(kept.status).toBe(201);

    const filler = join(disk, 'filler');
    await fill(filler);
    let answer = kept;
    let acknowledged = 0;
    while (answer.status === 201 && acknowledged < MOST_WRITES) {
      acknowledged += 1;
      answer = await write();
    }
    expectUnavailable(answer);
    expect((await http.get('/health/live')).status).toBe(200);
    expect((await http.get(pathTo(image))).body.annotations).toHaveLength(acknowledged);

    await rm(filler);
    expect((await write()).status).toBe(201);
    expect(await untilReady(faulty.service.url)).toBeLessThan(2_000);
    expect((await http.get(pathTo(image))).body.annotations).toHaveLength(acknowledged + 1);
  });
});

/** Points that PostgreSQL cannot make much smaller. */
function aJaggedEdge(points: number): [number, number][] {
  let state = 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647);
  const edge = Array.from({ length: points }, (_, x): [number, number] => [x, 1 + next() / 1e7]);
  return [[0, 0], ...edge, [points - 1, 0]];
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    const block = Buffer.alloc(64 * 1024, 1);
    for (let size = block.length; size > 0; size = Math.floor(size / 2)) {
      // The last page too: from large pieces to small ones, until none fits.
      while (await fits(file, block.subarray(0, size)));
    }
  } finally {
    await file.close();
  }
}

async function fits(file: Awaited<ReturnType<typeof open>>, bytes: Buffer): Promise<boolean> {
  try {
    const { bytesWritten } = await file.write(bytes);
    return bytesWritten === bytes.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

async function mountSmallDisk(): Promise<string> {
  const disk = await mkdtemp(join(tmpdir(), 'loupe-small-disk-'));
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
  } catch (error) {
    await rm(disk, { recursive: true, force: true });
    throw error;
  }
  await chmod(disk, 0o711);
  return disk;
}

async function unmount(disk: string): Promise<void> {
  await execute('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
}

async function whyNotMounted(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'a tmpfs needs Linux';
  if (process.getuid?.() !== 0) return 'mounting a tmpfs needs root';
  try {
    await unmount(await mountSmallDisk());
    return undefined;
  } catch {
    return 'this machine lets nobody mount a tmpfs';
  }
}
