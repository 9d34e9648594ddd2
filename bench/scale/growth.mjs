import { performance } from 'node:perf_hooks';
import { median } from '../apparatus/comparison.mjs';
import { Connection, requestBytes } from '../apparatus/load.mjs';
import { atMost } from '../apparatus/report.mjs';
import { deepPage } from './depth.mjs';
import { ANNOTATIONS_PER_IMAGE, LABELS } from './many-records.mjs';

/** @typedef {import('./asking.mjs').Site} Site */
/** @typedef {{ title: string, next: () => Buffer }} Kind */

const [ROUNDS, TIMES] = [7, 40];
const MOST_GROWTH = 1.3;

/**
 * How much longer requests take, by their p50 over HTTP, where there are many images than where there are few: both
 * are asked in turns.
 *
 * @param {Site} small
 * @param {Site} large
 */
export async function measureGrowth(small, large) {
  const kinds = [await kindsAt(small), await kindsAt(large)];
  const connections = [new Connection(small.port), new Connection(large.port)];
  const verdicts = [];
  console.log(`\n  p50 over HTTP in ms: ${small.images} images, ${large.images} images`);
  try {
    for (const place of kinds[0].keys()) {
      const { title } = kinds[0][place];
      const [few, many] = [[], []];
      const ratios = [];
      for (let round = -1; round < ROUNDS; round += 1) {
        const one = await p50Of(connections[0], kinds[0][place]);
        const other = await p50Of(connections[1], kinds[1][place]);
        // The first round warms up.
        if (round < 0) continue;
        few.push(one);
        many.push(other);
        ratios.push(other / one);
      }
      console.log(
        `  ${median(few).toFixed(2).padStart(8)} ${median(many).toFixed(2).padStart(8)}  ${title}`,
      );
      const what = `${title}, ${large.images} images`;
      verdicts.push(atMost(what, median(ratios), MOST_GROWTH, `× ${small.images} images`));
    }
  } finally {
    for (const connection of connections) connection.close();
  }
  return verdicts;
}

/** @param {Connection} connection @param {Kind} kind */
async function p50Of(connection, { title, next }) {
  const times = [];
  for (let time = 0; time < TIMES; time += 1) {
    const request = next();
    const begun = performance.now();
    const { status } = await connection.send(request);
    times.push(performance.now() - begun);
    if (status !== 200 && status !== 201) throw new Error(`${title} was answered ${status}.`);
  }
  return median(times);
}

/** @param {Site} site @returns {Promise<Kind[]>} */
async function kindsAt(site) {
  const { images } = site;
  const get = (/** @type {string} */ title, /** @type {() => string} */ path) => ({
    title,
    next: () => requestBytes('GET', path()),
  });
  const list = (/** @type {string} */ title, /** @type {string} */ query) =>
    get(title, () => `/images?limit=50&${query}`);
  const label = (/** @type {string} */ name) => `instrument=${encodeURIComponent(name)}`;
  const deep = await deepPage(site);
  return [
    list('the newest 50', ''),
    get('50 at 99.9 % depth', () => deep),
    list('50 of a user', 'user_id=user-7'),
    list('50 of a location', 'location_id=theatre-3'),
    list('50 of a client', 'client_id=client-5'),
    list('50 with a tag', 'ml_tag=TRAIN'),
    list('50 with a popular label', label(LABELS.popular)),
    list('50 with a label of 1 %', label(LABELS.onePercent)),
    list('50 with a label on old images', label(LABELS.old)),
    list('none with an absent label', label(LABELS.absent)),
    list('50 of a client with a popular label', `client_id=client-5&${label(LABELS.popular)}`),
    list('50 with an estimated count', 'client_id=client-5&count=estimated'),
    get('one image', () => pathOf(images)),
    get("one image's annotations", () => `${pathOf(images)}/annotations`),
    {
      title: 'adding an annotation',
      next: () => requestBytes('POST', `${pathOf(images)}/annotations`, annotation()),
    },
    {
      title: 'replacing an annotation',
      next: () =>
        requestBytes(
          'PUT',
          `${pathOf(images)}/annotations/${Math.floor(Math.random() * ANNOTATIONS_PER_IMAGE)}`,
          annotation(),
        ),
    },
  ];
}

/** Of any image. @param {number} images */
function pathOf(images) {
  const number = String(Math.floor(Math.random() * images)).padStart(8, '0');
  return `/images/${encodeURIComponent(`tray-${number}/front`)}`;
}

function annotation() {
  const [x, y] = [Math.random() * 3_000, Math.random() * 2_000];
  const points = [
    [x, y],
    [x + 200, y],
    [x + 200, y + 100],
    [x + 90, y + 160],
  ];
  return { instrument: 'retractor', polygon: { points } };
}
