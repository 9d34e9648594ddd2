import { cpuMs, memoryMb } from './process-usage.mjs';

/** @typedef {import('./load.mjs').Plan} Plan */
/** @typedef {import('./load.mjs').Speed} Speed */
/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {number} pid
 * @property {(plan: Plan) => Promise<Speed>} run
 * @property {number} [bound] the least ratio to the limit that was promised
 */
/**
 * @typedef {object} Figures
 * @property {string} name
 * @property {number} perSecond median of the rounds
 * @property {[number, number]} spread lowest and highest round
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} cpuMs CPU time of its process for each answer
 * @property {number} peakMb resident memory of its process at its highest
 * @property {number} [ratio] to the limit: median of the ratios within each round
 * @property {[number, number]} [ratioSpread]
 * @property {number} [bound]
 */

/**
 * Measures contenders in turns (A B C, C B A, A B C …), each warm and alone at work, and sets them in
 * relation to the first one, the limit. Machines change their speed by the minute: only what was
 * measured in the same round is compared.
 *
 * @param {Contender[]} contenders the limit first
 * @param {{ rounds: number, seconds: number, warmup: number }} options
 * @param {number} concurrency
 * @returns {Promise<Figures[]>}
 */
export async function compare(contenders, { rounds, seconds, warmup }, concurrency) {
  const warmUp = { concurrency, leadInMs: 0, measuredMs: warmup * 1000 };
  const plan = { concurrency, leadInMs: 500, measuredMs: seconds * 1000 };
  const field = contenders.map((contender) => ({ contender, turns: /** @type {Turn[]} */ ([]) }));
  for (const { contender } of field) await contender.run(warmUp);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? field : field.toReversed();
    for (const { contender, turns } of order) turns.push(await takeTurn(contender, plan));
  }
  const limit = field[0]?.turns ?? [];
  return Promise.all(
    field.map(async ({ contender: { name, pid, bound }, turns }) => {
      const { peak } = await memoryMb(pid);
      const figures = { name, ...summary(turns), peakMb: peak };
      if (turns === limit) return figures;
      const ratios = turns.map(
        ({ perSecond }, round) => perSecond / (limit[round]?.perSecond ?? 0),
      );
      return { ...figures, ratio: median(ratios), ratioSpread: extremes(ratios), bound };
    }),
  );
}

/** @typedef {Speed & { cpuMs: number }} Turn */

/** @param {Contender} contender @param {Plan} plan @returns {Promise<Turn>} */
async function takeTurn({ pid, run }, plan) {
  const before = await cpuMs(pid);
  const speed = await run(plan);
  return { ...speed, cpuMs: ((await cpuMs(pid)) - before) / speed.total };
}

/** @param {Turn[]} turns */
function summary(turns) {
  const all = (/** @type {'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuMs'} */ name) =>
    turns.map((turn) => turn[name]);
  return {
    perSecond: median(all('perSecond')),
    spread: extremes(all('perSecond')),
    p50Ms: median(all('p50Ms')),
    p99Ms: median(all('p99Ms')),
    cpuMs: median(all('cpuMs')),
  };
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** @param {number[]} values @returns {[number, number]} */
function extremes(values) {
  return [Math.min(...values), Math.max(...values)];
}
