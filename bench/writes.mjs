import { compare } from './apparatus/comparison.mjs';
import { ask, driveServer, requestBytes } from './apparatus/load.mjs';
import { observeSql } from './apparatus/observed-sql.mjs';
import { askQuestion } from './apparatus/question.mjs';
import { IMAGES, imageKey, LABELS, loadRecords } from './apparatus/records.mjs';

// Creating an annotation over HTTP, against a bare node:http + pg handler that runs the same
// statements in a transaction, and what a lone INSERT would do.

const CLIENTS = 8;

await askQuestion('writes', async ({ laboratory, options, report }) => {
  const database = await laboratory.openDatabase();
  const quiet = await laboratory.startService(database.url, { LOG_LEVEL: 'silent' });
  await loadRecords(database.client);
  let created = 0;
  const next = () => {
    // A stride that is prime to the number of images: writers hardly ever meet at the same one.
    const number = (created++ * 7_919) % IMAGES;
    return { bytes: createAnnotation(imageKey(number), created), status: 201 };
  };
  const sql = await observeSql(database, () => ask(quiet.port, next().bytes));
  const bare = await laboratory.startContender('bare-writes.mjs', { url: database.url, sql });
  const logging = await laboratory.startService(database.url);
  await assertCreates(bare.ready.port, next().bytes);
  await assertCreates(quiet.port, next().bytes);

  const transaction = { name: 'node:http + pg', pid: bare.pid, port: bare.ready.port };
  const lone = { name: '… a lone INSERT', pid: bare.pid, port: bare.ready.lonePort };
  const contenders = [transaction, quiet, logging, lone].map(({ name, pid, port }) => ({
    name,
    pid,
    run: (plan) => driveServer(port, plan, next),
  }));
  report({ title: 'creating an annotation', figures: await compare(contenders, options, CLIENTS) });
});

/** An annotation of 8 points. @param {string} key @param {number} seed */
function createAnnotation(key, seed) {
  const [x, y, r] = [500 + ((seed * 37) % 3000), 500 + ((seed * 41) % 2000), 100 + (seed % 300)];
  const points = Array.from({ length: 8 }, (_, k) => [
    Math.round((x + r * Math.cos((k * Math.PI) / 4)) * 100) / 100,
    Math.round((y + r * Math.sin((k * Math.PI) / 4)) * 100) / 100,
  ]);
  return requestBytes('POST', `/images/${encodeURIComponent(key)}/annotations`, {
    instrument: LABELS[seed % LABELS.length],
    polygon: { points },
    attributes: { condition: 'clean', occluded: false },
    confidence: 0.9,
  });
}

async function assertCreates(port, request) {
  const { status, body } = await ask(port, request);
  const created = JSON.parse(body.toString());
  if (status === 201 && created.polygon?.points.length === 8 && created.version === 1) return;
  throw new Error(`Creating an annotation was answered ${status}: ${body}`);
}
