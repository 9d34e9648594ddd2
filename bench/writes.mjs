import { compare } from './apparatus/comparison.mjs';
import { ask, driveServer, requestBytes } from './apparatus/load.mjs';
import { observeSql } from './apparatus/observed-sql.mjs';
import { askQuestion } from './apparatus/question.mjs';
import {
  ANNOTATIONS_PER_IMAGE,
  IMAGES,
  imageKey,
  LABELS,
  loadRecords,
} from './apparatus/records.mjs';

// Creating and replacing an annotation over HTTP, against a bare node:http + pg handler that runs the same
// statements in a transaction, and what a lone INSERT would do.

const CLIENTS = 8;
const LEAST_RATIO = 0.5;

await askQuestion('writes', async ({ laboratory, options, report }) => {
  const database = await laboratory.openDatabase();
  const quiet = await laboratory.startService(database.url, { LOG_LEVEL: 'silent' });
  await loadRecords(database.client);
  let written = 0;
  // A stride that is prime to the number of images: writers hardly ever meet at the same one.
  const nextImage = () => imageKey((written++ * 7_919) % IMAGES);
  const create = () => ({ bytes: createAnnotation(nextImage(), written), status: 201 });
  const replace = () => ({ bytes: replaceAnnotation(nextImage(), written), status: 200 });
  const sql = await observeSql(database, () => ask(quiet.port, create().bytes));
  const replaceSql = await observeSql(database, () => ask(quiet.port, replace().bytes));
  if (String(replaceSql) !== String(sql)) throw new Error('To replace takes other statements.');
  const bare = await laboratory.startContender('bare-writes.mjs', { url: database.url, sql });
  const logging = await laboratory.startService(database.url);
  for (const { port } of [bare.ready, quiet]) {
    await assertWrites(port, create());
    await assertWrites(port, replace());
  }

  const limit = { name: 'node:http + pg', pid: bare.pid, port: bare.ready.port };
  const lone = { name: '… a lone INSERT', pid: bare.pid, port: bare.ready.lonePort };
  for (const { title, next, sides } of [
    { title: 'creating an annotation', next: create, sides: [limit, quiet, logging, lone] },
    { title: 'replacing an annotation', next: replace, sides: [limit, quiet, logging] },
  ]) {
    const contenders = sides.map(({ name, pid, port }) => ({
      name,
      pid,
      bound: [quiet.port, logging.port].includes(port) ? LEAST_RATIO : undefined,
      run: (plan) => driveServer(port, plan, next),
    }));
    report({ title, figures: await compare(contenders, options, CLIENTS) });
  }
});

/** @param {string} key @param {number} seed */
function createAnnotation(key, seed) {
  return requestBytes('POST', `/images/${encodeURIComponent(key)}/annotations`, contentOf(seed));
}

/** @param {string} key @param {number} seed */
function replaceAnnotation(key, seed) {
  const path = `/images/${encodeURIComponent(key)}/annotations/${seed % ANNOTATIONS_PER_IMAGE}`;
  return requestBytes('PUT', path, contentOf(seed));
}

/** An annotation of 8 points. @param {number} seed */
function contentOf(seed) {
  const [x, y, r] = [500 + ((seed * 37) % 3000), 500 + ((seed * 41) % 2000), 100 + (seed % 300)];
  const points = Array.from({ length: 8 }, (_, k) => [
    Math.round((x + r * Math.cos((k * Math.PI) / 4)) * 100) / 100,
    Math.round((y + r * Math.sin((k * Math.PI) / 4)) * 100) / 100,
  ]);
  return {
    instrument: LABELS[seed % LABELS.length],
    polygon: { points },
    attributes: { condition: 'clean', occluded: false },
    confidence: 0.9,
  };
}

/** @param {number} port @param {import('./apparatus/load.mjs').Exchange} exchange */
async function assertWrites(port, exchange) {
  const { status, body } = await ask(port, exchange.bytes);
  const stored = JSON.parse(body.toString());
  const isWhole = stored.polygon?.points.length === 8 && stored.version >= 1;
  if (status === exchange.status && isWhole) return;
  throw new Error(`Writing an annotation was answered ${status}: ${body}`);
}
