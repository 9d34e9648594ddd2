import { median } from '../apparatus/comparison.mjs';
import { driveServer } from '../apparatus/load.mjs';
import { cpuMs } from '../apparatus/process-usage.mjs';
import { askQuestion } from '../apparatus/question.mjs';
import { atMost } from '../apparatus/report.mjs';
import { uploadPicture } from '../apparatus/upload.mjs';
import { drawPictures } from './pictures.mjs';
import { forgetfulService, startBare } from './renderers.mjs';
import { exchangesOf, worksOf } from './works.mjs';

// CPU time of the service for one rendition at 0.25 of 12 megapixels in each format, decoding and HTTP included;
// and that of sharp alone in a loop, which tells how quick this machine is at the moment.

const SCALE = 0.25;
const CLIENTS = 2;
const FORMATS = /** @type {const} */ ([
  { format: 'jpeg', most: undefined },
  { format: 'webp', most: 90 },
  { format: 'avif', most: 150 },
]);

await askQuestion('encoders', async ({ laboratory, options }) => {
  const database = await laboratory.openDatabase();
  const { port, pid } = await forgetfulService(laboratory, database.url);
  const pictures = await drawPictures(laboratory.directory, 'jpeg');
  for (const { key, path } of pictures) await uploadPicture(port, key, path);

  const bare = await startBare(laboratory);
  const field = FORMATS.map((one) => ({
    ...one,
    works: worksOf(pictures, SCALE, one.format, CLIENTS),
    lengths: /** @type {number[]} */ ([]),
    times: /** @type {number[]} */ ([]),
    bareTimes: /** @type {number[]} */ ([]),
  }));
  const plan = { concurrency: CLIENTS, leadInMs: 0, measuredMs: options.seconds * 1000 };
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const { works, lengths, times, bareTimes } of field) {
      const exchanges = await exchangesOf(port, works, 'service');
      let asked = 0;
      const next = () => /** @type {any} */ (exchanges[asked++ % exchanges.length]);
      const cost = await costOf(pid, () => driveServer(port, plan, next));
      const limit = await bare.contenderFor(works);
      const bareCost = await costOf(limit.pid, () => limit.run(plan));
      // The first round is the warm-up.
      if (round === 0) continue;
      lengths.push(...exchanges.map(({ length = 0 }) => length));
      times.push(cost);
      bareTimes.push(bareCost);
    }
  }

  console.log('\n  CPU ms of the service, of sharp alone, and bytes of an answer, medians');
  return field.flatMap(({ format, most, lengths, times, bareTimes }) => {
    const figures = [times, bareTimes, lengths].map((all) => median(all).toFixed(0).padStart(7));
    console.log(`  ${format}${figures.join('')}`);
    return most ? [atMost(`${format} at ${SCALE}`, median(times), most, 'ms of CPU')] : [];
  });
});

/**
 * CPU time of a process for each of what it does.
 *
 * @param {number} pid @param {() => Promise<import('../apparatus/load.mjs').Speed>} work
 */
async function costOf(pid, work) {
  const before = await cpuMs(pid);
  const { total } = await work();
  return ((await cpuMs(pid)) - before) / total;
}
