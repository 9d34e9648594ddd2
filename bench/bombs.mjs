import { attack, probe, probeAnew, putBomb } from './apparatus/attack.mjs';
import { drawBombs, drawHeavyPictures } from './apparatus/bombs.mjs';
import { median, quantile } from './apparatus/comparison.mjs';
import { ask, requestBytes } from './apparatus/load.mjs';
import { forgetPeak, memoryMb } from './apparatus/process-usage.mjs';
import { askQuestion } from './apparatus/question.mjs';
import { atMost } from './apparatus/report.mjs';

// What hostile pictures cost: the time and memory to refuse one, and what everybody else notices of 50 a
// second, some of which are no bombs but as heavy as the limits allow.

const BOMBS_PER_SECOND = 50;
/** Of so many that arrive, one is no bomb but as heavy as the limits allow, and is decoded; 0: none is. */
const HEAVY_EVERY = Number(process.env.HEAVY_EVERY ?? 10);
const PROBES_PER_SECOND = 20;
const REPEATS = 15;
const TARGETS = 20;
const MOST_MS = 10;
const MOST_REFUSAL_MB = 5;
const MOST_P99_MS = 100;
const MOST_ATTACK_MB = 1_200;
const PATHS = ['/health/live', '/health/ready', '/images/target-0'];

await askQuestion('bombs', async ({ laboratory, options }) => {
  const database = await laboratory.openDatabase();
  const { port, pid } = await laboratory.startService(database.url);
  for (let number = 0; number < TARGETS; number += 1) await createImage(port, `target-${number}`);
  const [bombs, heavy] = [await drawBombs(), await drawHeavyPictures()];
  for (const { name, bytes, statuses } of [...bombs, ...heavy]) {
    const { status } = await putBomb(port, 'target-0', bytes);
    if (!statuses.includes(status)) throw new Error(`${name} was answered ${status}.`);
  }

  console.log('\nfrom the last byte to the refusal, ms (median), and MB at its highest');
  /** @type {number[]} */
  const [times, added] = [[], []];
  for (const { name, bytes } of bombs) {
    const before = await memoryMb(pid);
    await forgetPeak(pid);
    const ms = [];
    for (let turn = 0; turn < REPEATS; turn += 1)
      ms.push((await putBomb(port, 'target-0', bytes)).ms);
    const mb = (await memoryMb(pid)).peak - before.now;
    times.push(median(ms));
    added.push(mb);
    console.log(
      `  ${name.padEnd(30)}${median(ms).toFixed(1).padStart(7)}${mb.toFixed(1).padStart(8)}`,
    );
  }

  /** @type {Record<'quiet' | 'attacked', number[][][]>} a list of times for each path, in each round */
  const rounds = { quiet: [], attacked: [] };
  const counts = new Map();
  await forgetPeak(pid);
  const plan = { perSecond: PROBES_PER_SECOND, seconds: options.seconds };
  for (let round = 0; round < options.rounds; round += 1) {
    rounds.quiet.push(await probeAll(port, plan));
    const [times, answers] = await Promise.all([
      probeAll(port, plan),
      attack(port, { perSecond: BOMBS_PER_SECOND, seconds: options.seconds }, (number) => ({
        key: `target-${number % TARGETS}`,
        bomb: pick(HEAVY_EVERY > 0 && number % HEAVY_EVERY === 0 ? heavy : bombs, number),
      })),
    ]);
    rounds.attacked.push(times);
    for (const [line, count] of answers) counts.set(line, (counts.get(line) ?? 0) + count);
  }
  const peak = (await memoryMb(pid)).peak;

  console.log(`\nanswers while ${BOMBS_PER_SECOND} a second arrive, ms (all rounds together)`);
  const worst = [...PATHS, '… on new connections'].map((path, place) => {
    // Of all rounds together: in a single one, the slowest hundredth is one answer.
    const figures = [rounds.quiet, rounds.attacked].map((all) => {
      const times = all.flatMap((paths) => paths[place] ?? []);
      return [0.5, 0.99].map((share) => quantile(times, share));
    });
    const [quiet = [], attacked = []] = figures;
    const text = (/** @type {number[]} */ values) => values.map((ms) => ms.toFixed(1)).join(' / ');
    console.log(`  ${path.padEnd(22)} p50 / p99 quiet ${text(quiet)}, attacked ${text(attacked)}`);
    return attacked[1] ?? NaN;
  });
  for (const [line, count] of [...counts].sort())
    console.log(`  ${String(count).padStart(5)} × ${line}`);
  return [
    atMost('a bomb is refused', median(times), MOST_MS, 'ms from its last byte'),
    atMost('memory for refusing them', median(added), MOST_REFUSAL_MB, 'MB added'),
    ...PATHS.map((path, place) =>
      atMost(`p99 of ${path} under attack`, worst[place] ?? NaN, MOST_P99_MS, 'ms'),
    ),
    atMost('the service under attack', peak, MOST_ATTACK_MB, 'MB at its highest'),
  ];
});

/** @param {number} port @param {{ perSecond: number, seconds: number }} plan */
function probeAll(port, plan) {
  return Promise.all([
    ...PATHS.map((path) => probe(port, path, plan)),
    probeAnew(port, '/health/live', plan),
  ]);
}

/** @param {number} port @param {string} key */
async function createImage(port, key) {
  const record = { image_key: key, client_id: 'bench', created_at: '2026-03-01T09:30:00Z' };
  const { status } = await ask(port, requestBytes('POST', '/images', record));
  if (status !== 201) throw new Error(`POST /images was answered ${status}.`);
}

/** @template T @param {T[]} list @param {number} number @returns {T} */
function pick(list, number) {
  // One that shares no factor with the lists' lengths, so that every kind has its turn.
  return /** @type {T} */ (list[Math.floor(number / 10 + number * 7) % list.length]);
}
