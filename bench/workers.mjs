import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare } from './apparatus/comparison.mjs';
import { ask, requestBytes } from './apparatus/load.mjs';
import { askQuestion } from './apparatus/question.mjs';
import { imageKey, loadRecords } from './apparatus/records.mjs';
import { uploadPicture } from './apparatus/upload.mjs';
import { driveWithWrk, hasWrk } from './apparatus/wrk.mjs';
import { drawPictures } from './delivery/pictures.mjs';

// Small reads, by two processes against one; the load is cheap, and shares the cores with both.

const CLIENTS = 16;
const PICTURE = 'seen-often';
const BOUND = 1.4;

await askQuestion('workers', async ({ laboratory, options, report }) => {
  if (!(await hasWrk())) throw new Error('This needs wrk (on Debian: apt-get install wrk).');
  const { directory } = laboratory;
  const database = await laboratory.openDatabase();
  await laboratory.startService(database.url, { LOG_LEVEL: 'silent' });
  await loadRecords(database.client);
  const [picture] = await drawPictures(directory, 'jpeg');
  const services = [];
  const dataDir = join(directory, 'shared');
  for (const workers of [1, 2]) {
    const settings = { LOG_LEVEL: 'silent', WORKERS: String(workers), DATA_DIR: dataDir };
    const { pid, port } = await laboratory.startService(database.url, settings);
    services.push({ name: `WORKERS=${workers}`, port, pids: [pid, ...(await childrenOf(pid))] });
  }
  await uploadPicture(services[0]?.port ?? 0, PICTURE, picture.path);

  for (const { title, path } of [
    {
      title: 'the annotations of one image',
      path: `/images/${encodeURIComponent(imageKey(7))}/annotations`,
    },
    { title: 'a small picture that is in memory', path: `/images/${PICTURE}/file?width=64` },
  ]) {
    const contenders = [];
    for (const { name, port, pids } of services) {
      const target = await targetOf(port, path);
      const run = (/** @type {import('./apparatus/load.mjs').Plan} */ plan) =>
        driveWithWrk(directory, target, plan);
      contenders.push({ name, pid: pids, bound: BOUND, run });
    }
    report({ title, figures: await compare(contenders, options, CLIENTS) });
  }
});

/** @param {number} port @param {string} path */
async function targetOf(port, path) {
  // Until every worker has it in memory: what was made now has other headers.
  for (let count = 0; count < 20; count += 1) await ask(port, requestBytes('GET', path));
  const answer = await ask(port, requestBytes('GET', path));
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}.`);
  return { port, path, answerBytes: answer.head.length + 4 + answer.length };
}

/** The workers of a service. @param {number} pid */
async function childrenOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}
