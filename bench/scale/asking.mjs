import { median } from '../apparatus/comparison.mjs';
import { ask, fieldOf } from '../apparatus/load.mjs';
import { timeSql } from '../apparatus/observed-sql.mjs';

/**
 * A service with so many images, and its database.
 *
 * @typedef {object} Site
 * @property {Awaited<ReturnType<import('../apparatus/laboratory.mjs').Laboratory['openDatabase']>>} database
 * @property {number} port
 * @property {number} pid
 * @property {number} images
 */

/**
 * The milliseconds that PostgreSQL spends on a request, once it is warm: the median of some times.
 *
 * @param {Site} site
 * @param {Buffer} request
 * @param {number} [times]
 */
export async function sqlMsOf({ database, port }, request, times = 5) {
  await answerTo(port, request);
  const measured = [];
  for (let time = 0; time < times; time += 1)
    measured.push(await timeSql(database, () => answerTo(port, request)));
  return median(measured);
}

/** The answer, which must be 200 or 201. @param {number} port @param {Buffer} request */
export async function answerTo(port, request) {
  const answer = await ask(port, request);
  if (answer.status === 200 || answer.status === 201) return answer;
  throw new Error(`${firstLineOf(request)}: ${answer.status} ${answer.body.toString()}`);
}

/** Where the next page is. @param {{ head: string }} answer @returns {string} */
export function nextPageOf(answer) {
  const target = /<([^>]+)>; *rel="next"/.exec(fieldOf(answer, 'Link') ?? '')?.[1];
  if (target === undefined) throw new Error('There is no next page.');
  return target;
}

/** @param {Buffer} request */
function firstLineOf(request) {
  return request.toString('utf8').split('\r\n', 1)[0];
}
