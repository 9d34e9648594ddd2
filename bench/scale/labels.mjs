import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { driveServer, requestBytes } from '../apparatus/load.mjs';
import { atMost } from '../apparatus/report.mjs';
import { answerTo } from './asking.mjs';
import { LABELS } from './many-records.mjs';

/** @typedef {import('./asking.mjs').Site} Site */

const READERS = 4;
const BEFORE_MS = 10_000;
const [MOST_RENAME_S, MOST_MERGE_S, MOST_SLOWER] = [1, 60, 2];
const NEW_NAME = 'Mayo-Hegar needle holder';

/**
 * How long it takes to rename the label that most annotations carry, and to merge it into another, and what readers
 * notice of that meanwhile. It changes what the labels are called.
 *
 * @param {Site} site
 */
export async function measureLabels(site) {
  const { database, port, images } = site;
  const { rows } = await database.client.query(
    'SELECT count(*)::int AS count FROM annotations WHERE instrument_id = 1 AND deleted_at IS NULL',
  );
  const renameS = await secondsOf(() => change(port, LABELS.popular, { name: NEW_NAME }));
  const before = await read(site, BEFORE_MS, () => Promise.resolve());
  let [mergeS, relistS] = [0, 0];
  const during = await read(site, 0, async () => {
    const merge = { name: LABELS.usual, merge: true };
    mergeS = await secondsOf(() => change(port, NEW_NAME, merge));
    relistS = await secondsOf(() => relisted(database.client));
  });
  console.log(
    `\n  a label of ${rows[0].count} annotations: renamed in ${(renameS * 1000).toFixed(0)} ms, ` +
      `merged in ${mergeS.toFixed(1)} s, in its new list after ${relistS.toFixed(1)} s more\n  p99 of readers: ${before.toFixed(1)} ms, ${during.toFixed(1)} ms meanwhile`,
  );
  return [
    atMost(`renaming the popular label, ${images} images`, renameS, MOST_RENAME_S, 's'),
    atMost(
      `merging it into another, and listing, ${images} images`,
      mergeS + relistS,
      MOST_MERGE_S,
      's',
    ),
    atMost(`p99 of reads meanwhile, ${images} images`, during / before, MOST_SLOWER, '× before'),
  ];
}

/**
 * The p99 of readers, for some time and until something is done.
 *
 * @param {Site} site
 * @param {number} ms
 * @param {() => Promise<unknown>} act
 */
async function read({ port, images }, ms, act) {
  let isDone = false;
  const acting = act().finally(() => (isDone = true));
  /** @type {number[]} */
  const p99s = [];
  // In pieces, because nobody knows how long it takes; the highest of them counts least in a median.
  do {
    const plan = { concurrency: READERS, leadInMs: 200, measuredMs: Math.max(1_000, ms) };
    const { p99Ms } = await driveServer(port, plan, () => {
      const number = String(Math.floor(Math.random() * images)).padStart(8, '0');
      const path = `/images/${encodeURIComponent(`tray-${number}/front`)}/annotations`;
      return { bytes: requestBytes('GET', path), status: 200 };
    });
    p99s.push(p99Ms);
  } while (!isDone);
  await acting;
  return p99s.reduce((sum, p99) => sum + p99, 0) / p99s.length;
}

/**
 * Until all images of merged labels stand in the lists of the others. Nobody has to wait for it, but it is work.
 *
 * @param {import('pg').Client} client
 */
async function relisted(client) {
  for (;;) {
    const { rowCount } = await client.query('SELECT FROM instruments WHERE relisting');
    if (rowCount === 0) return;
    await sleep(100);
  }
}

/** @param {number} port @param {string} label @param {object} body */
function change(port, label, body) {
  return answerTo(port, requestBytes('PATCH', `/instruments/${encodeURIComponent(label)}`, body));
}

/** @param {() => Promise<unknown>} act */
async function secondsOf(act) {
  const begun = performance.now();
  await act();
  return (performance.now() - begun) / 1_000;
}
