import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { drawPhotograph } from '../bench/apparatus/photographs.mjs';
import { Dice } from './apparatus/dice.mjs';
import { pathTo } from './apparatus/deeds.mjs';
import { hostilities } from './apparatus/hostilities.mjs';
import { ask, codeOf, formQuestion, jsonQuestion, NoAnswer } from './apparatus/http.mjs';
import { Pictures } from './apparatus/pictures.mjs';
import { OwnPostgres } from './apparatus/postgres.mjs';
import { descriptorsOf, memoryOf } from './apparatus/processes.mjs';
import { Service } from './apparatus/service.mjs';
import { compareRowsAndFiles } from './apparatus/storage.mjs';
import { Tally } from './apparatus/tally.mjs';
import { inWorkshop } from './apparatus/workshop.mjs';

// npm run soak [-- --minutes 60 --seed S]: a modest mixed load at a fixed rate with 1 % bombs and other
// hostile requests, the number of stored images kept level. What memory, descriptors and connections do
// meanwhile is sampled.

const SAMPLE_MS = 5_000;
const PROBE_MS = 250;
const BETWEEN_MS = 125; // eight requests a second
const HOSTILE = 0.01;
const IMAGES = 120;
const MOST_SLOPE_MB_A_MINUTE = 1;
// Below this many minutes a slope is noise (a collection more or less is megabytes): what is resident at
// the end, and never more than a ceiling, is judged instead.
const LEAST_MINUTES_FOR_SLOPE = 10;
const MOST_MB = 400;
const WEIGHTS = {
  large: 6,
  small: 14,
  record: 5,
  rendition: 15,
  original: 8,
  list: 14,
  annotate: 18,
  saveSet: 8,
  patch: 6,
  annotations: 6,
};

/** @typedef {ReturnType<typeof setUp> extends Promise<infer T> ? T : never} Setting */

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 10_000)) throw new Error('--minutes must be a number above 0.');
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const tally = new Tally();
console.log(`=== soak: ${minutes} minutes, --seed ${seed}`);
const found = await inWorkshop(soak);
console.log('--- soak');
tally.print();
console.log(`  ${JSON.stringify(found)}`);
console.log(JSON.stringify({ scenario: 'soak', minutes, seed, ...found, ...tally.summary() }));
if (tally.violations.length > 0) process.exitCode = 1;

/** @param {import('./apparatus/workshop.mjs').Workshop} workshop */
async function soak(workshop) {
  const setting = await setUp(workshop);
  const { service, postgres } = setting;
  const until = performance.now() + minutes * 60_000;
  const samples = await inTime(setting, until);
  await Promise.all(setting.underWay);
  const { pid } = service;
  const [first = { atMin: 0, mb: 0, descriptors: 0, connections: 0 }] = samples;
  const late = samples.filter(({ atMin }) => atMin >= minutes / 3);
  const slope = slopeOf(late.map(({ atMin, mb }) => [atMin, mb]));
  const mb = samples.map((sample) => sample.mb);
  const last = samples.at(-1) ?? first;
  if (minutes >= LEAST_MINUTES_FOR_SLOPE && slope > MOST_SLOPE_MB_A_MINUTE)
    tally.violate(`memory grows by ${slope.toFixed(2)} MB a minute`);
  if (Math.max(...mb) > MOST_MB) tally.violate(`${Math.max(...mb).toFixed(0)} MB were resident`);
  if (last.descriptors > first.descriptors + 40)
    tally.violate(`${last.descriptors} descriptors are open, ${first.descriptors} were`);
  const databaseUrl = postgres.url();
  const { dataDir } = service;
  const stored = await compareRowsAndFiles({ dataDir, databaseUrl, tally, readsFiles: true });
  if (stored.unnamed + stored.incoming > 0)
    tally.violate(`rubbish is left: ${JSON.stringify(stored)}`);
  return {
    slopeMbPerMinute: Number(slope.toFixed(2)),
    residentMb: {
      first: round(first.mb),
      last: round(last.mb),
      highest: round(Math.max(...mb)),
      peak: round((await memoryOf(pid)).peak),
    },
    descriptors: {
      first: first.descriptors,
      last: last.descriptors,
      highest: Math.max(...samples.map((sample) => sample.descriptors)),
    },
    connections: { highest: Math.max(...samples.map((sample) => sample.connections)) },
    samples: samples.length,
  };
}

/** @param {import('./apparatus/workshop.mjs').Workshop} workshop */
async function setUp(workshop) {
  const postgres = await OwnPostgres.create(workshop);
  const service = new Service(workshop, { DATABASE_URL: postgres.url() });
  await drawPhotograph(join(workshop.folder, 'large.jpg'), seed);
  const large = new Pictures([await readFile(join(workshop.folder, 'large.jpg'))], 'large');
  const small = await Pictures.draw('soak');
  await service.start();
  const probe = jsonQuestion('POST', '/images', recordOf('probe'));
  await ask(service.port, probe);
  /** @type {{ key: string, hasFile: boolean }[]} */
  const images = [];
  /** @type {Set<Promise<void>>} */
  const underWay = new Set();
  return { workshop, postgres, service, large, small, images, underWay, dice: new Dice(seed) };
}

/** Load, probes and samples side by side. @param {Setting} setting @param {number} until */
async function inTime(setting, until) {
  const { service, postgres } = setting;
  /** @type {{ atMin: number, mb: number, descriptors: number, connections: number }[]} */
  const samples = [];
  const begun = performance.now();
  const every = async (/** @type {number} */ ms, /** @type {() => Promise<unknown>} */ act) => {
    for (let next = performance.now(); next < until; next += ms) {
      await sleep(Math.max(0, next - performance.now()));
      await act();
    }
  };
  let number = 0;
  await Promise.all([
    every(BETWEEN_MS, async () => {
      number += 1;
      // At a fixed rate: what is slow does not hold back the next, but bounded it is.
      if (setting.underWay.size >= 24) tally.count('left out because 24 were under way');
      else launch(setting, number);
    }),
    every(PROBE_MS, async () => {
      for (const [name, path] of [
        ['/health/live', '/health/live'],
        ['metadata', '/images/probe'],
      ]) {
        const answer = await ask(service.port, { path: path ?? '' });
        tally.time(name ?? '', answer.ms);
        if (answer.status !== 200) tally.violate(`${name}: ${answer.status}`);
      }
    }),
    every(SAMPLE_MS, async () => {
      const atMin = (performance.now() - begun) / 60_000;
      const { now: mb } = await memoryOf(service.pid);
      const descriptors = await descriptorsOf(service.pid);
      const [{ connections }] = await postgres.ask(
        'loupe',
        `SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name = 'loupe'`,
      );
      samples.push({ atMin, mb, descriptors, connections });
      if (samples.length % 12 === 0)
        console.log(
          `  ${atMin.toFixed(0)} min: ${mb.toFixed(0)} MB, ${descriptors} descriptors, ${connections} connections, ${number} requests`,
        );
    }),
  ]);
  return samples;
}

/** @param {Setting} setting @param {number} number */
function launch(setting, number) {
  const isHostile = setting.dice.chance(HOSTILE);
  const act = isHostile ? attack(setting) : serve(setting, number);
  const settled = act.catch((error) => {
    if (!(error instanceof NoAnswer)) throw error;
    tally.violate(`no answer: ${error.why}`);
  });
  setting.underWay.add(settled);
  void settled.finally(() => setting.underWay.delete(settled));
}

/** @param {Setting} setting */
async function attack({ dice, service, small }) {
  const { name, question, statuses } = dice.pick(hostilities(small.small()));
  const answer = await ask(service.port, question);
  tally.count(`hostile: ${name}, ${answer.status}`);
  judge(name, answer, statuses);
}

/** @param {Setting} setting @param {number} number */
async function serve(setting, number) {
  const { dice, service, images, large, small } = setting;
  if (images.length > IMAGES) {
    const [{ key } = { key: '' }] = images.splice(dice.between(0, images.length - 1), 1);
    judge(
      'purge',
      await ask(service.port, jsonQuestion('DELETE', pathTo(key, '?purge=true'))),
      [204],
    );
    return;
  }
  const kind = images.length < 5 ? 'small' : dice.weighed(WEIGHTS);
  const key = `soak/${number}`;
  if (kind === 'large' || kind === 'small' || kind === 'record') {
    const file = kind === 'large' ? large.next(dice) : small.next(dice);
    const question =
      kind === 'record'
        ? jsonQuestion('POST', '/images', recordOf(key))
        : formQuestion(recordOf(key), file);
    const answer = await ask(service.port, question);
    if (judge(kind, answer, [201])) images.push({ key, hasFile: kind !== 'record' });
    tally.time(kind, answer.ms);
    return;
  }
  const { key: known, hasFile } = dice.pick(images);
  const answer = await ask(service.port, questionOf(kind, dice, known));
  tally.time(kind, answer.ms);
  // Somebody else's purge may have been quicker, and a record has no picture.
  const isGone = !images.some((image) => image.key === known);
  const expected = isGone || (!hasFile && /rendition|original/.test(kind)) ? [404] : [];
  judge(kind, answer, [200, 201, ...expected]);
}

/** @param {keyof typeof WEIGHTS} kind @param {Dice} dice @param {string} key @returns {import('./apparatus/http.mjs').Question} */
function questionOf(kind, dice, key) {
  const x = dice.between(0, 300);
  const mark = {
    instrument: 'clamp',
    polygon: {
      points: [
        [x, 10],
        [x + 50, 90.5],
      ],
    },
  };
  switch (kind) {
    case 'rendition':
      return { path: pathTo(key, `/file?scale=${dice.pick([0.1, 0.25, 0.5])}`) };
    case 'original':
      return { path: pathTo(key, '/file') };
    case 'annotate':
      return jsonQuestion('POST', pathTo(key, '/annotations'), mark);
    case 'saveSet':
      return jsonQuestion('PUT', pathTo(key, '/annotations'), { annotations: [mark, mark] });
    case 'patch':
      return jsonQuestion('PATCH', pathTo(key), { hardware_id: `camera ${x}` });
    case 'annotations':
      return { path: pathTo(key, '/annotations') };
    default:
      return { path: `/images?limit=${dice.pick([10, 50])}&instrument=clamp` };
  }
}

/** Whether it was answered as it should be; overload is documented, and counted. @param {string} what @param {import('./apparatus/http.mjs').Answer} answer @param {number[]} statuses */
function judge(what, answer, statuses) {
  if (statuses.includes(answer.status)) {
    tally.count('answered as expected');
    return true;
  }
  if (answer.status === 503 && codeOf(answer) === 'overloaded') tally.count('503 overloaded');
  else tally.violate(`${what}: ${answer.status} ${String(answer.body).slice(0, 300)}`);
  return false;
}

/** Least squares. @param {[number, number][]} points */
function slopeOf(points) {
  const mean = (/** @type {number} */ place) =>
    points.reduce((sum, point) => sum + (point[place] ?? 0), 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

/** @param {string} key */
function recordOf(key) {
  return { image_key: key, client_id: 'soak', created_at: '2026-03-01T08:30:00Z' };
}

/** @param {number} value */
function round(value) {
  return Math.round(value);
}
