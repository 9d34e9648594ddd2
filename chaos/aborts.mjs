import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { create, pathTo } from './apparatus/deeds.mjs';
import { ask, formQuestion } from './apparatus/http.mjs';
import { Pictures } from './apparatus/pictures.mjs';
import { OwnPostgres } from './apparatus/postgres.mjs';
import { descriptorsOf, memoryOf } from './apparatus/processes.mjs';
import { stageScenario } from './apparatus/scenario.mjs';
import { Service } from './apparatus/service.mjs';
import { compareRowsAndFiles, filesIn } from './apparatus/storage.mjs';

// Clients that leave in the middle of an upload or of a download, at a random byte, politely or with a reset.

const AT_ONCE = 8;
const WARM_UP = 60;
const SETTLE_MS = 10_000;
const MOST_MORE_DESCRIPTORS = 2;
const MOST_MORE_MB = 40;

await stageScenario('aborts', 500, async ({ dice, tally, rounds, workshop }) => {
  const postgres = await OwnPostgres.create(workshop);
  const service = new Service(workshop, { DATABASE_URL: postgres.url() });
  await service.start();
  const pictures = await Pictures.draw('aborts');
  const file = pictures.drawn.toSorted((a, b) => b.length - a.length)[0] ?? Buffer.alloc(0);
  const whole = formQuestion(recordOf('whole'), file);
  const made = await ask(service.port, whole);
  if (made.status !== 201) throw new Error(`POST /images: ${made.status} ${made.body}`);

  const upload = (/** @type {number} */ number) =>
    leaveUpload(service.port, dice, create(dice, `left/${number}`, pictures).question);
  const download = () => leaveDownload(service.port, dice, pathTo('whole', '/file'), file.length);
  const all = async (/** @type {number} */ count) => {
    await many(count, upload);
    await many(count, download);
    await untilSettled(service);
  };
  await all(WARM_UP);
  const before = await usageOf(service.pid);
  await all(rounds);
  const after = await usageOf(service.pid);

  tally.count('uploads left', rounds);
  tally.count('downloads left', rounds);
  for (const what of /** @type {const} */ (['descriptors', 'memory'])) {
    tally.count(`${what} before`, before[what]);
    tally.count(`${what} after`, after[what]);
  }
  if (after.descriptors > before.descriptors + MOST_MORE_DESCRIPTORS)
    tally.violate(`${after.descriptors} descriptors are open, ${before.descriptors} were`);
  if (after.memory > before.memory + MOST_MORE_MB)
    tally.violate(`${after.memory} MB are resident, ${before.memory} were`);
  const temporary = await filesIn(join(service.dataDir, 'incoming'));
  tally.count('temporary files left', temporary.length);
  if (temporary.length > 0) tally.violate(`temporary files are left: ${temporary.join(', ')}`);
  const { dataDir } = service;
  const stored = await compareRowsAndFiles({
    dataDir,
    databaseUrl: postgres.url(),
    tally,
    readsFiles: true,
  });
  tally.count('files without a row', stored.unnamed);
  if (stored.unnamed > 0) tally.violate('files without a row are left');
  const again = await ask(service.port, { path: pathTo('whole', '/file') });
  if (!again.body.equals(file)) tally.violate('the picture is not whole any more');
});

/** @param {number} count @param {(number: number) => Promise<unknown>} act */
async function many(count, act) {
  let next = 0;
  const work = async () => {
    while (next < count) await act((next += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** @param {import('./apparatus/http.mjs').Question} question */
function leaveUpload(port, dice, { method, path, headers = {}, body = Buffer.alloc(0) }) {
  const fields = Object.entries({ host: 'loupe', 'content-length': body.length, ...headers });
  const head = `${method} ${path} HTTP/1.1\r\n${fields.map((field) => field.join(': ')).join('\r\n')}\r\n\r\n`;
  // Never the last byte: what is complete may be kept.
  const bytes = Buffer.concat([Buffer.from(head), body]).subarray(
    0,
    dice.between(1, head.length + body.length - 100),
  );
  return leave(port, dice, (socket, go) =>
    socket.write(bytes, () => setTimeout(go, dice.between(0, 20))),
  );
}

/** @param {string} path @param {number} bytes */
function leaveDownload(port, dice, path, bytes) {
  let left = dice.between(0, bytes - 1);
  return leave(port, dice, (socket, go) => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: loupe\r\n\r\n`);
    if (left === 0) go();
    socket.on('data', (data) => {
      left -= data.length;
      if (left <= 0) go();
    });
  });
}

/** Opens a connection, uses it, and goes. @param {(socket: import('node:net').Socket, go: () => void) => void} use */
function leave(port, dice, use) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    socket.once('close', resolve);
    const isRude = dice.chance(0.5);
    use(socket, () => (isRude ? socket.resetAndDestroy() : socket.destroy()));
  });
}

/** Waits until nobody is connected and no upload is there any more. @param {Service} service */
async function untilSettled(service) {
  let last = -1;
  for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline; await sleep(500)) {
    const { descriptors } = await usageOf(service.pid);
    if (descriptors === last) return;
    last = descriptors;
  }
}

async function usageOf(pid) {
  return { descriptors: await descriptorsOf(pid), memory: Math.round((await memoryOf(pid)).now) };
}

/** @param {string} key */
function recordOf(key) {
  return { image_key: key, client_id: 'chaos', created_at: '2026-03-01T08:30:00Z' };
}
