import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, driveServer, requestBytes } from './apparatus/load.mjs';
import { drawLargeJpeg, drawLargePng, drawPhotograph } from './apparatus/photographs.mjs';
import { forgetPeak, highestOwnMb, memoryMb } from './apparatus/process-usage.mjs';
import { askQuestion } from './apparatus/question.mjs';
import { IMAGES, imageKey, loadRecords } from './apparatus/records.mjs';
import { uploadPicture } from './apparatus/upload.mjs';

// Resident memory of the service: what eight uploads of 50 MB, and fifty of 20 MB, add to it at their highest,
// what it holds after load of every kind, and whether one with the settings for small machines fits into 512 MB.

const UPLOADS = 8;
const UPLOAD_BYTES = 50_000_000;
const MOST_ADDED_MB = 60;
const MOST_AFTER_MB = 250;
const [CROWD, CROWD_BYTES, MOST_CROWD_MB] = [50, 20_000_000, 100];
const MOST_AT_WORK_MB = 400;
/** docs/operations.md, "Small machines". */
const SMALL = { DECODES: '1', DECODE_MEMORY: '134217728', DECODE_QUEUE: '32' };
const [SMALL_CROWD, MOST_SMALL_MB] = [10, 512];
const SETTLE_MS = 3_000;

await askQuestion('memory', async ({ laboratory, options }) => {
  const database = await laboratory.openDatabase();
  const { port, pid } = await laboratory.startService(database.url);
  await loadRecords(database.client);
  const file = (/** @type {string} */ name) => join(laboratory.directory, name);
  await drawPhotograph(file('photograph.jpg'), 1);
  await drawLargeJpeg(file('large.jpg'), UPLOAD_BYTES);
  await drawLargePng(file('large.png'), UPLOAD_BYTES);
  await drawLargePng(file('crowd.png'), CROWD_BYTES);
  const read = (/** @type {string} */ path) => ({ bytes: requestBytes('GET', path), status: 200 });
  const random = () => Math.floor(Math.random() * IMAGES);
  const loads = {
    reads: () => read(`/images/${encodeURIComponent(imageKey(random()))}/annotations`),
    lists: () => read('/images?limit=50'),
    writes: () => ({
      bytes: requestBytes('POST', `/images/${encodeURIComponent(imageKey(random()))}/annotations`, {
        instrument: 'retractor',
        polygon: {
          points: [
            [10, 10],
            [900, 40],
            [700, 800],
          ],
        },
      }),
      status: 201,
    }),
    renditions: () => read('/images/photograph/file?scale=0.5'),
  };
  const put = (/** @type {number} */ seconds) => async (/** @type {() => any} */ next) =>
    driveServer(port, { concurrency: 8, leadInMs: 0, measuredMs: seconds * 1000 }, next);

  const fresh = await memoryMb(pid);
  // What every process pays once (code, pools, decoders) is no cost of an upload.
  await uploadPicture(port, 'photograph', file('photograph.jpg'));
  for (const load of Object.values(loads)) await put(options.warmup)(load);
  await uploadAtOnce(port, 'warm-up', Array(2).fill(file('photograph.jpg')));
  await sleep(SETTLE_MS);

  const before = await memoryMb(pid);
  await forgetPeak(pid);
  const names = Array.from({ length: UPLOADS }, (_, number) =>
    number % 2 ? 'large.png' : 'large.jpg',
  );
  const own = await highestOwnMb(pid, () => uploadAtOnce(port, 'large', names.map(file)));
  const during = (await memoryMb(pid)).peak;
  await sleep(SETTLE_MS);
  const beforeCrowd = (await memoryMb(pid)).now;
  await forgetPeak(pid);
  await uploadAtOnce(port, 'crowd', Array(CROWD).fill(file('crowd.png')));
  const duringCrowd = (await memoryMb(pid)).peak;

  /** @type {Record<string, number>} */
  const peaks = {};
  for (const [name, load] of Object.entries(loads)) {
    await forgetPeak(pid);
    await put(options.seconds * 2)(load);
    peaks[`highest during ${name}`] = (await memoryMb(pid)).peak;
  }
  await sleep(SETTLE_MS);
  const after = (await memoryMb(pid)).now;
  const small = await peakOfSmall(laboratory, database.url, file('photograph.jpg'));

  const moments = [
    ['started', fresh.now],
    ['before uploads', before.now],
    ['  without mapped files', before.own],
    ['highest during uploads', during],
    ['  without mapped files', own],
    ['before the crowd', beforeCrowd],
    ['highest during the crowd', duringCrowd],
    ...Object.entries(peaks),
    ['after all', after],
    ['highest on a small machine', small],
  ];
  console.log('\nresident memory of the service, MB');
  for (const [moment, mb] of moments)
    console.log(`  ${String(moment).padEnd(30)}${Number(mb).toFixed(0).padStart(5)}`);
  return [
    verdict('8 uploads of 50 MB at once', during - before.now, MOST_ADDED_MB, 'MB added'),
    verdict(
      `${CROWD} uploads of 20 MB at once`,
      duringCrowd - beforeCrowd,
      MOST_CROWD_MB,
      'MB added',
    ),
    verdict(
      'the service at work, 12-megapixel photographs',
      Math.max(...Object.values(peaks)),
      MOST_AT_WORK_MB,
      'MB resident',
    ),
    verdict('the service on a small machine', small, MOST_SMALL_MB, 'MB resident'),
    verdict('the service after load of every kind', after, MOST_AFTER_MB, 'MB resident'),
  ];
});

/**
 * The highest memory of a service with the settings for small machines, while ten photographs are uploaded at
 * once and then scaled at once.
 *
 * @param {import('./apparatus/laboratory.mjs').Laboratory} laboratory
 * @param {string} databaseUrl
 * @param {string} photograph
 */
async function peakOfSmall(laboratory, databaseUrl, photograph) {
  const { port, pid } = await laboratory.startService(databaseUrl, SMALL);
  await uploadAtOnce(port, 'small', Array(SMALL_CROWD).fill(photograph));
  const answers = await Promise.all(
    Array.from({ length: SMALL_CROWD }, (_, number) =>
      ask(port, requestBytes('GET', `/images/small-${number}/file?scale=0.9`)),
    ),
  );
  const wrong = answers.find(({ status }) => status !== 200);
  if (wrong) throw new Error(`A rendition was answered ${wrong.status}: ${wrong.body}`);
  return (await memoryMb(pid)).peak;
}

/** @param {number} port @param {string} prefix @param {string[]} paths */
function uploadAtOnce(port, prefix, paths) {
  return Promise.all(paths.map((path, number) => uploadPicture(port, `${prefix}-${number}`, path)));
}

/** @param {string} what @param {number} mb @param {number} most @param {string} unit */
function verdict(what, mb, most, unit) {
  return { what, measured: `${mb.toFixed(0)} ${unit}`, bound: `under ${most}`, holds: mb < most };
}
