import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, open, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathTo } from './apparatus/deeds.mjs';
import { ask, codeOf, formQuestion, jsonOf, jsonQuestion } from './apparatus/http.mjs';
import { Pictures } from './apparatus/pictures.mjs';
import { OwnPostgres } from './apparatus/postgres.mjs';
import { stageScenario } from './apparatus/scenario.mjs';
import { Service } from './apparatus/service.mjs';
import { compareRowsAndFiles, filesIn } from './apparatus/storage.mjs';
import { Watch } from './apparatus/watch.mjs';

// A small file system for the photographs, filled up: to the last byte in one round, to the last inode in
// the next. The database is elsewhere.

const MEGABYTES = 24;
const INODES = 900;
const MOST_UPLOADS = 200;

if (process.getuid?.() !== 0) {
  console.log('disk: NOT SHOWN. A small file system has to be mounted, which takes root.');
} else {
  await stageScenario('disk', 4, play);
}

/** @param {import('./apparatus/scenario.mjs').Stage} stage */
async function play({ dice, tally, rounds, workshop }) {
  const postgres = await OwnPostgres.create(workshop);
  const mounted = join(workshop.folder, 'small');
  await mkdir(mounted);
  const limits = `size=${MEGABYTES}m,nr_inodes=${INODES},mode=755`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', limits, 'loupe-chaos', mounted]);
  workshop.later(() => execFileSync('umount', ['--lazy', mounted]));
  const DATA_DIR = join(mounted, 'data');
  const service = new Service(workshop, { DATABASE_URL: postgres.url(), DATA_DIR });
  await service.start();
  const watch = new Watch(service, tally);
  const pictures = await Pictures.draw('disk');
  /** Keys and hashes of what was acknowledged. @type {Map<string, Buffer>} */
  const kept = new Map();
  for (let round = 1; round <= rounds; round += 1) {
    const filler = await fill(mounted, round % 2 === 0 ? 'inodes' : 'bytes');
    let refused = 0;
    for (let number = 0; refused < 3 && number < MOST_UPLOADS; number += 1) {
      const file = pictures.next(dice);
      const key = `full/${round}-${number}`;
      const answer = await ask(service.port, formQuestion(recordOf(key), file));
      tally.count(`upload: ${answer.status} ${codeOf(answer)}`);
      if (answer.status === 201) kept.set(key, file);
      else if (answer.status === 507) refused += 1;
      else tally.violate(`an upload to a full disk: ${answer.status} ${answer.body}`);
      if (answer.status === 507 && (await ask(service.port, { path: pathTo(key) })).status !== 404)
        tally.violate(`${key} is there although it was refused`);
    }
    if (refused < 3) tally.violate('the disk did not become full');
    await whileFull(service, tally, kept, pictures.small());
    await filler.remove();
    const resumed = pictures.small();
    const answer = await ask(service.port, formQuestion(recordOf(`resumed/${round}`), resumed));
    if (answer.status !== 201)
      tally.violate(`an upload after that: ${answer.status} ${answer.body}`);
    else kept.set(`resumed/${round}`, resumed);
    tally.timeWithin('from room to ready', await service.untilReady(10_000), 5_000);
    await noLitter(service, postgres, tally);
    await makeRoom(service, kept);
    tally.count('disk full and free again');
  }
  await watch.end();
  await readAll(service, tally, kept);
}

/** Takes most of what is free, so that a few uploads take the rest. @param {string} folder @param {'bytes' | 'inodes'} what */
async function fill(folder, what) {
  const filler = join(folder, 'filler');
  await mkdir(filler);
  const remove = () => rmSync(filler, { recursive: true });
  const { bavail, bsize, ffree } = await statfs(folder);
  if (what === 'inodes') {
    for (let number = 0; number < ffree - 6; number += 1)
      await writeFile(join(filler, `${number}`), '');
    return { remove };
  }
  const file = await open(join(filler, 'bytes'), 'w');
  await file.writeFile(Buffer.alloc(Math.max(0, bavail * bsize - 5_000_000)));
  await file.close();
  return { remove };
}

/** Reads and records without a file go on, and so does replacing by nothing. */
async function whileFull(service, tally, kept, file) {
  await readAll(service, tally, kept);
  const [key = ''] = kept.keys();
  const rendition = await ask(service.port, { path: pathTo(key, '/file?scale=0.2') });
  if (rendition.status !== 200) tally.violate(`a rendition while full: ${rendition.status}`);
  const record = { ...recordOf(`record/${Math.random()}`), annotations: [] };
  const made = await ask(service.port, jsonQuestion('POST', '/images', record));
  if (made.status !== 201) tally.violate(`a record while full: ${made.status} ${made.body}`);
  const before = jsonOf(await ask(service.port, { path: pathTo(key) }));
  const headers = { 'content-type': 'application/octet-stream' };
  const put = { method: 'PUT', path: pathTo(key, '/file'), headers, body: file };
  const answer = await ask(service.port, put);
  tally.count(`replacing a file while full: ${answer.status}`);
  if (answer.status === 200) kept.set(key, file);
  else if (answer.status !== 507) tally.violate(`replacing a file: ${answer.status}`);
  else if (jsonOf(await ask(service.port, { path: pathTo(key) })).version !== before.version)
    tally.violate('a refused file changed the record');
}

async function readAll(service, tally, kept) {
  for (const [key, file] of kept) {
    const answer = await ask(service.port, { path: pathTo(key, '/file') });
    tally.count('files read while full and after');
    if (answer.status !== 200 || !answer.body.equals(file))
      tally.violate(`LOST ${key}: ${answer.status}`);
  }
}

async function noLitter({ dataDir }, postgres, tally) {
  const databaseUrl = postgres.url();
  const stored = await compareRowsAndFiles({ dataDir, databaseUrl, tally, readsFiles: true });
  if (stored.unnamed > 0) tally.violate(`${stored.unnamed} files without a row are left`);
  const incoming = await filesIn(join(dataDir, 'incoming'));
  if (incoming.length > 0) tally.violate(`${incoming.length} temporary files are left`);
}

/** Keeps the number of images level. */
async function makeRoom(service, kept) {
  for (const key of [...kept.keys()].slice(0, -2)) {
    await ask(service.port, jsonQuestion('DELETE', pathTo(key, '?purge=true')));
    kept.delete(key);
  }
}

/** @param {string} key */
function recordOf(key) {
  return { image_key: key, client_id: 'chaos', created_at: '2026-03-01T08:30:00Z' };
}
