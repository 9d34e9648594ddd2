import { request } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from '../apparatus/comparison.mjs';
import { forgetPeak, memoryMb } from '../apparatus/process-usage.mjs';
import { atLeast, atMost } from '../apparatus/report.mjs';
import { Copying } from './copy.mjs';

/** @typedef {import('./asking.mjs').Site} Site */

const ROUNDS = 3;
const [LEAST_RATIO, MOST_FIRST_MS, MOST_ADDED_MB] = [0.5, 200, 60];
const LINE_FEED = 10;

// The service's own text of annotations: what it writes is what COPY has to write.
const { WITH_SET } = await import(
  join(import.meta.dirname, '..', '..', 'dist', 'src', 'annotations', 'annotation-json.js')
);

/** Every image with its annotations, as JSON, in the order of the list. */
const COPY_SQL = `COPY (
  SELECT concat(
           json_build_object(
             'image_key', image_key, 'client_id', client_id, 'created_at', captured_at, 'hardware_id', hardware_id,
             'ml_tag', ml_tag, 'location_id', location_id, 'user_id', user_id, 'review_state', review,
             'file', json_build_object('media_type', file_media_type, 'width', file_width, 'height', file_height,
               'bytes', file_bytes, 'sha256', file_sha256, 'orientation', file_orientation, 'thumbhash', file_thumbhash),
             'received_at', received_at, 'updated_at', updated_at, 'deleted_at', trashed_at, 'created_by', created_by,
             'updated_by', updated_by, 'version', version),
           set.json)
    FROM images ${WITH_SET}
   WHERE trashed_at IS NULL ORDER BY captured_at DESC, id DESC) TO STDOUT`;

/**
 * How quickly all images come with their annotations, one a line, beside `COPY` of the same query; when the first
 * one comes, and what memory it takes.
 *
 * @param {Site} site
 */
export async function measureLines(site) {
  const { port, pid, database, images } = site;
  const ratios = [];
  const firsts = [];
  const before = (await memoryMb(pid)).now;
  await forgetPeak(pid);
  for (let round = 0; round < ROUNDS; round += 1) {
    const lines = await readLines(port);
    if (lines.count !== images) throw new Error(`${lines.count} lines came of ${images}.`);
    const copied = await copy(database.client);
    ratios.push(lines.perSecond / copied.perSecond);
    firsts.push(lines.firstMs);
    console.log(
      `\n  ${lines.perSecond.toFixed(0)} images/s (${lines.mbPerSecond.toFixed(0)} MB/s), first after ` +
        `${lines.firstMs.toFixed(0)} ms; COPY ${copied.perSecond.toFixed(0)} images/s`,
    );
  }
  const added = (await memoryMb(pid)).peak - before;
  const where = `${images} images`;
  return [
    atLeast(`NDJSON of ${where}`, median(ratios), LEAST_RATIO, '× COPY'),
    atMost(`its first line, ${where}`, Math.max(...firsts), MOST_FIRST_MS, 'ms'),
    atMost(`memory that it adds, ${where}`, added, MOST_ADDED_MB, 'MB'),
  ];
}

/**
 * @param {number} port
 * @returns {Promise<{ count: number, perSecond: number, mbPerSecond: number, firstMs: number }>}
 */
function readLines(port) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const asked = request(
      { host: '127.0.0.1', port, path: '/images', headers: { Accept: 'application/x-ndjson' } },
      (response) => {
        let [count, bytes, firstMs] = [0, 0, 0];
        response.on('data', (/** @type {Buffer} */ chunk) => {
          firstMs ||= performance.now() - begun;
          bytes += chunk.length;
          for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1))
            count += 1;
        });
        response.on('error', reject);
        response.on('end', () => {
          const seconds = (performance.now() - begun) / 1_000;
          const mbPerSecond = bytes / 1e6 / seconds;
          resolve({ count, perSecond: count / seconds, mbPerSecond, firstMs });
        });
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** @param {import('pg').Client} client */
async function copy(client) {
  const copying = new Copying(COPY_SQL);
  const begun = performance.now();
  client.query(/** @type {any} */ (copying));
  await copying.done;
  return { perSecond: copying.lines / ((performance.now() - begun) / 1_000) };
}
