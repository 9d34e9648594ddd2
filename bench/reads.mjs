import { compare } from './apparatus/comparison.mjs';
import { ask, driveServer, requestBytes } from './apparatus/load.mjs';
import { assertStatements, observeSql } from './apparatus/observed-sql.mjs';
import { askQuestion } from './apparatus/question.mjs';
import { IMAGES, imageKey, loadRecords } from './apparatus/records.mjs';

// Reading records over HTTP, against a bare node:http + pg handler that runs the same SQL and sends the
// JSON that PostgreSQL builds as it comes.

const CLIENTS = 8;
const CONTENDER = 'bare-reads.mjs';
const LIST = { bytes: requestBytes('GET', '/images?limit=50'), status: 200 };

await askQuestion('reads', async ({ laboratory, options, report }) => {
  const database = await laboratory.openDatabase();
  const quiet = await laboratory.startService(database.url, { LOG_LEVEL: 'silent' });
  await loadRecords(database.client);
  const sets = Array.from({ length: IMAGES }, (_, number) => readSet(imageKey(number)));

  const setSql = await observeSql(database, () => ask(quiet.port, sets[0].bytes));
  const listSql = await observeSql(database, () => ask(quiet.port, LIST.bytes));
  assertStatements(setSql, [/FROM images\b.*annotations/s], CONTENDER);
  assertStatements(listSql, [/FROM "images"/s, /FROM images\b.*annotations.*ANY/s], CONTENDER);
  const bare = await laboratory.startContender(CONTENDER, { url: database.url, setSql, listSql });
  const logging = await laboratory.startService(database.url);

  for (const exchange of [...sets, LIST]) await learn(bare.ready.port, exchange);
  for (const exchange of [...sets.slice(0, 100), LIST])
    await assertSameAnswer(quiet.port, bare.ready.port, exchange.bytes);

  const limit = { name: 'node:http + pg', pid: bare.pid, port: bare.ready.port };
  for (const { title, bounds, exchanges } of [
    { title: 'the annotations of one image', bounds: [0.55, 0.42], exchanges: sets },
    { title: '50 images with their annotations', bounds: [0.85, 0.85], exchanges: [LIST] },
  ]) {
    const contenders = [limit, quiet, logging].map(({ name, pid, port }, place) => ({
      name,
      pid,
      bound: bounds[place - 1],
      run: (plan) => driveServer(port, plan, () => randomOf(exchanges)),
    }));
    report({ title, figures: await compare(contenders, options, CLIENTS) });
  }
});

/** @param {string} key @returns {import('./apparatus/load.mjs').Exchange} */
function readSet(key) {
  const path = `/images/${encodeURIComponent(key)}/annotations`;
  return { bytes: requestBytes('GET', path), status: 200 };
}

/** From now on every answer to this must be as long as the limit's. */
async function learn(port, exchange) {
  const { status, length } = await ask(port, exchange.bytes);
  if (status !== exchange.status) throw new Error(`The bare handler answers ${status}.`);
  exchange.length = length;
}

async function assertSameAnswer(port, barePort, request) {
  const [answer, limit] = [await ask(port, request), await ask(barePort, request)];
  if (answer.status === 200 && answer.body.equals(limit.body)) return;
  throw new Error(
    `The service and ${CONTENDER} answer differently; bring that up to date:\n` +
      `${answer.body.toString().slice(0, 1_000)}\n${limit.body.toString().slice(0, 1_000)}`,
  );
}

/** @template T @param {T[]} items */
function randomOf(items) {
  return items[Math.floor(Math.random() * items.length)];
}
