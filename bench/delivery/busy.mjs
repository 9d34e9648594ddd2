import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from '../apparatus/attack.mjs';
import { quantile } from '../apparatus/comparison.mjs';
import { ask, Connection, driveServer, fieldOf, requestBytes } from '../apparatus/load.mjs';
import { cpuMs } from '../apparatus/process-usage.mjs';
import { askQuestion } from '../apparatus/question.mjs';
import { atMost } from '../apparatus/report.mjs';
import { uploadPicture } from '../apparatus/upload.mjs';
import { drawPictures } from './pictures.mjs';
import { assertIs, newWork, PATHS, requestOf, scaled, workOf } from './works.mjs';

// What others notice while renditions that nobody has made before keep all cores busy, and how often a
// rendition is made that a crowd asks for at once.

const DECODING_CLIENTS = 8;
const DECODED_SCALE = 0.5;
const CACHED_SCALE = 0.25;
const PROBES_PER_SECOND = 10;
/** Of each kind of probe: a hundredth of fewer answers is a single one. */
const LEAST_SECONDS = 5;
const MOST_P99_MS = 80;
const CROWD = 100;
const SETTLE_MS = 1_000;

await askQuestion('busy', async ({ laboratory, options }) => {
  const database = await laboratory.openDatabase();
  const { port, pid } = await laboratory.startService(database.url, { INTERMEDIATES: 'off' });
  const pictures = await drawPictures(laboratory.directory, 'jpeg');
  for (const { key, path } of pictures) await uploadPicture(port, key, path);

  const cached = pictures.map((picture) => workOf(picture, scaled(picture, CACHED_SCALE), 'jpeg'));
  for (const work of cached)
    await assertIs(await ask(port, requestOf(work, 'service')), work, 'the service');
  const probed = {
    'cached pictures': cached.map((work) => /** @type {any} */ (PATHS.service)(work)),
    metadata: pictures.map(({ key }) => `/images/${key}`),
  };
  let made = 0;
  const decode = (/** @type {number} */ seconds) =>
    driveServer(
      port,
      { concurrency: DECODING_CLIENTS, leadInMs: 0, measuredMs: seconds * 1000 },
      () => ({
        bytes: requestOf(newWork(pictures, DECODED_SCALE, made++), 'service'),
        status: 200,
      }),
    );
  const probeAll = async (/** @type {number} */ seconds) =>
    Promise.all(
      Object.values(probed).map(async (paths) => {
        const plan = { perSecond: PROBES_PER_SECOND, seconds };
        return (await Promise.all(paths.map((path) => probe(port, path, plan)))).flat();
      }),
    );

  for (const path of Object.values(probed).flat()) await warmUp(port, path, options.warmup / 4);
  await decode(options.warmup);
  const quiet = await probeAll(options.seconds);
  const seconds = Math.max(LEAST_SECONDS, options.rounds * options.seconds);
  const before = await cpuMs(pid);
  const begun = performance.now();
  // Longer than the probes, so that none of them has an easy end.
  const decoding = decode(seconds + 2);
  await sleep(SETTLE_MS);
  const busy = await probeAll(seconds);
  const { perSecond } = await decoding;
  const cores = ((await cpuMs(pid)) - before) / (performance.now() - begun);
  console.log(
    `\n  ${perSecond.toFixed(1)} renditions a second keep ${cores.toFixed(1)} cores busy; answers, ms`,
  );
  const verdicts = Object.keys(probed).map((name, place) => {
    const figures = [quiet, busy].map((all) =>
      [0.5, 0.99].map((share) => quantile(all[place] ?? [], share)),
    );
    const [calm, loaded] = figures.map((ms) => ms.map((one) => one.toFixed(1)).join(' / '));
    console.log(`  ${name.padEnd(16)} p50 / p99 quiet ${calm}, busy ${loaded}`);
    return atMost(`p99 of ${name} while decoding`, figures[1]?.[1] ?? NaN, MOST_P99_MS, 'ms');
  });

  const decodes = await decodesForCrowd(port, newWork(pictures, DECODED_SCALE, made));
  return [...verdicts, atMost(`${CROWD} clients ask for one rendition`, decodes, 1, 'decodes')];
});

/** @param {number} port @param {string} path @param {number} seconds */
function warmUp(port, path, seconds) {
  const plan = { concurrency: 2, leadInMs: 0, measuredMs: seconds * 1000 };
  return driveServer(port, plan, () => ({ bytes: requestBytes('GET', path), status: 200 }));
}

/**
 * How many of a crowd that asks for the same at once are told that something was decoded for them.
 *
 * @param {number} port @param {import('./works.mjs').Work} work
 */
async function decodesForCrowd(port, work) {
  const path = /** @type {any} */ (PATHS.service)(work);
  const connections = Array.from({ length: CROWD }, () => new Connection(port));
  // All of them connected: they ask within the same moment.
  for (const connection of connections) await connection.send(requestBytes('GET', '/health/live'));
  const request = requestBytes('GET', path);
  const answers = await Promise.all(connections.map((one) => one.send(request, true)));
  for (const connection of connections) connection.close();
  const timings = answers.map((answer) => fieldOf(answer, 'Server-Timing') ?? '');
  const wrong = answers.find(({ status }) => status !== 200);
  if (wrong) throw new Error(`${path} was answered ${wrong.status}.`);
  const decodes = timings.filter((timing) => /\bdecode\b/.test(timing)).length;
  if (decodes === 0) throw new Error(`Nobody is told of a decode: Server-Timing: ${timings[0]}`);
  return decodes;
}
