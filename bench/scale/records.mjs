import { performance } from 'node:perf_hooks';
import { askQuestion } from '../apparatus/question.mjs';
import { measureCounts } from './counts.mjs';
import { measureDepth } from './depth.mjs';
import { measureFilters } from './filters.mjs';
import { measureGrowth } from './growth.mjs';
import { measureLabels } from './labels.mjs';
import { measureLines } from './lines.mjs';
import { loadManyRecords } from './many-records.mjs';

// What lists, filters, counts, single records, writes, streams and labels cost with as many images as the command
// line says, each with 10 annotations, beside a service with 10,000 images.

/** @typedef {import('../apparatus/laboratory.mjs').Laboratory} Laboratory */

const FEW = 10_000;

await askQuestion('records', async ({ laboratory, options: { images } }) => {
  if (images <= FEW) throw new Error(`--images must be more than ${FEW}.`);
  const small = await open(laboratory, FEW);
  const large = await open(laboratory, images);
  return [
    ...(await measureFilters(large)),
    ...(await measureDepth(large)),
    ...(await measureCounts(large)),
    ...(await measureGrowth(small, large)),
    ...(await measureLines(large)),
    // It goes last, because labels are called something else afterwards.
    ...(await measureLabels(large)),
  ];
});

/** @param {Laboratory} laboratory @param {number} images @returns {Promise<import('./asking.mjs').Site>} */
async function open(laboratory, images) {
  const database = await laboratory.openDatabase(`postgres-${images}`);
  const { port, pid } = await laboratory.startService(database.url, { LOG_LEVEL: 'silent' });
  const begun = performance.now();
  await loadManyRecords(database.client, images);
  console.log(`  ${images} images loaded in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  return { database, port, pid, images };
}
