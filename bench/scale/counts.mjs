import { performance } from 'node:perf_hooks';
import { requestBytes } from '../apparatus/load.mjs';
import { atMost } from '../apparatus/report.mjs';
import { answerTo, sqlMsOf } from './asking.mjs';
import { AREAS, LABELS, timeAt } from './many-records.mjs';

/** @typedef {import('./asking.mjs').Site} Site */

const [MOST_COUNT_MS, MOST_FACETS_MS] = [5, 300];

/**
 * What estimated counts cost PostgreSQL beside the page that they come with, and how long counts of labels take.
 *
 * @param {Site} site
 */
export async function measureCounts(site) {
  const filters = filtersAt(site.images);
  const areas = Object.values(AREAS).map((area) => `overlaps=${area}`);
  const counts = [];
  const facets = [];
  for (const filter of filters) {
    const page = `/images?limit=1&annotations=false&${filter}`;
    const alone = await sqlMsOf(site, requestBytes('GET', page));
    const counted = await sqlMsOf(site, requestBytes('GET', `${page}&count=estimated`));
    counts.push({ filter, ms: counted - alone });
    facets.push({ filter, ms: await facetMs(site, filter) });
  }
  // Those with an area are not estimated.
  for (const filter of areas) facets.push({ filter, ms: await facetMs(site, filter) });
  show('an estimated count beside its page, in PostgreSQL', counts);
  show('labels with their counts, over HTTP', facets);
  const most = (/** @type {{ ms: number }[]} */ some) => Math.max(...some.map(({ ms }) => ms));
  return [
    atMost(`an estimated count, ${site.images} images`, most(counts), MOST_COUNT_MS, 'ms'),
    atMost(
      `labels with counts under a filter, ${site.images} images`,
      most(facets),
      MOST_FACETS_MS,
      'ms',
    ),
  ];
}

/** The best of three. @param {Site} site @param {string} filter */
async function facetMs({ port }, filter) {
  const request = requestBytes('GET', `/instruments?limit=500&${filter}`);
  let best = Infinity;
  for (let time = 0; time < 3; time += 1) {
    const begun = performance.now();
    await answerTo(port, request);
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}

/** @param {number} images */
function filtersAt(images) {
  const label = (/** @type {string} */ name) => `instrument=${encodeURIComponent(name)}`;
  return [
    '',
    'user_id=user-7',
    'location_id=theatre-3',
    'client_id=client-5',
    'ml_tag=TRAIN',
    label(LABELS.popular),
    label(LABELS.onePercent),
    label(LABELS.absent),
    `client_id=client-5&${label(LABELS.popular)}`,
    `created_from=${timeAt(images, 0.9)}&created_to=${timeAt(images, 1)}`,
  ];
}

/** @param {string} title @param {{ filter: string, ms: number }[]} costs */
function show(title, costs) {
  console.log(`\n  ${title}:`);
  for (const { filter, ms } of costs)
    console.log(`  ${ms.toFixed(1).padStart(9)} ms  ${decodeURIComponent(filter) || '(none)'}`);
}
