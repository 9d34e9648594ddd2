import { requestBytes } from '../apparatus/load.mjs';
import { atMost } from '../apparatus/report.mjs';
import { answerTo, nextPageOf, sqlMsOf } from './asking.mjs';
import { timeAt } from './many-records.mjs';

/** @typedef {import('./asking.mjs').Site} Site */

const TIMES = 40;
const [DEPTH, MOST_RATIO] = [0.999, 1.2];
/** At least so many images follow, also where there are few. */
const LEAST_LEFT = 100;

/**
 * What the page at 99.9 % depth costs PostgreSQL beside the first one.
 *
 * @param {Site} site
 */
export async function measureDepth(site) {
  const first = requestBytes('GET', '/images?limit=50');
  const deep = requestBytes('GET', await deepPage(site));
  const [one, other] = [await sqlMsOf(site, first, TIMES), await sqlMsOf(site, deep, TIMES)];
  console.log(`\n  the first page ${one.toFixed(2)} ms, at 99.9 % depth ${other.toFixed(2)} ms`);
  return [
    atMost(
      `the page at 99.9 % depth, ${site.images} images`,
      other / one,
      MOST_RATIO,
      '× the first page',
    ),
  ];
}

/** A page that somebody would come to who walks all of the list. @param {Site} site */
export async function deepPage({ port, images }) {
  const until = timeAt(images, Math.max(1 - DEPTH, LEAST_LEFT / images));
  const beside = await answerTo(
    port,
    requestBytes('GET', `/images?limit=1&annotations=false&created_to=${until}`),
  );
  const { searchParams } = new URL(nextPageOf(beside), 'http://127.0.0.1');
  return `/images?limit=50&cursor=${encodeURIComponent(searchParams.get('cursor') ?? '')}`;
}
