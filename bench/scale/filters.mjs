import { requestBytes } from '../apparatus/load.mjs';
import { atMost } from '../apparatus/report.mjs';
import { sqlMsOf } from './asking.mjs';
import { AREAS, LABELS, timeAt } from './many-records.mjs';

/** @typedef {import('./asking.mjs').Site} Site */

const TIMES = 3;
const [MOST_ALONE_MS, MOST_COMBINED_MS] = [10, 50];
const SHOWN = 12;

/**
 * What a page of 50 costs PostgreSQL under every filter, and every pair and triple of them.
 *
 * @param {Site} site
 */
export async function measureFilters(site) {
  const { images } = site;
  /** @type {{ filters: number, query: string, ms: number }[]} */
  const costs = [];
  for (const filters of combinationsOf(filtersAt(images), 3)) {
    const query = filters.join('&');
    const request = requestBytes('GET', `/images?limit=50&${query}`);
    costs.push({ filters: filters.length, query, ms: await sqlMsOf(site, request, TIMES) });
  }

  const alone = costs.filter(({ filters }) => filters <= 1);
  const combined = costs.filter(({ filters }) => filters > 1);
  for (const [title, some] of /** @type {const} */ ([
    ['alone', alone],
    ['combined', combined],
  ])) {
    console.log(`\n  ${some.length} ${title}, the most expensive in PostgreSQL:`);
    for (const { query, ms } of some.toSorted((one, other) => other.ms - one.ms).slice(0, SHOWN))
      console.log(`  ${ms.toFixed(1).padStart(9)} ms  ${decodeURIComponent(query) || '(none)'}`);
  }
  const most = (/** @type {{ ms: number }[]} */ some) => Math.max(...some.map(({ ms }) => ms));
  return [
    atMost(`a page under one filter, ${images} images`, most(alone), MOST_ALONE_MS, 'ms'),
    atMost(`a page under two or three, ${images} images`, most(combined), MOST_COMBINED_MS, 'ms'),
  ];
}

/** By kind: of each kind at most one is in a combination. @param {number} images */
function filtersAt(images) {
  const labels = Object.values(LABELS).map((label) => `instrument=${encodeURIComponent(label)}`);
  const range = (/** @type {number} */ from, /** @type {number} */ to) =>
    `created_from=${timeAt(images, from)}&created_to=${timeAt(images, to)}`;
  return [
    ['user_id=user-7', 'user_id=nobody'],
    ['location_id=theatre-3'],
    ['client_id=client-5'],
    labels,
    Object.values(AREAS).map((area) => `overlaps=${area}`),
    ['ml_tag=TRAIN'],
    [range(0.001, 0.011), range(0.9, 1)],
  ];
}

/**
 * Nothing, and everything that takes at most so many.
 *
 * @param {string[][]} kinds
 * @param {number} most
 * @returns {string[][]}
 */
function combinationsOf([first, ...others], most) {
  if (!first || most === 0) return [[]];
  const without = combinationsOf(others, most);
  const withFirst = first.flatMap((filter) =>
    combinationsOf(others, most - 1).map((rest) => [filter, ...rest]),
  );
  return [...without, ...withFirst];
}
