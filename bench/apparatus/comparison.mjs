import { cpuMs, memoryMb } from './process-usage.mjs';

/** @typedef {import('./load.mjs').Plan} Plan */
/** @typedef {import('./load.mjs').Speed} Speed */
/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {number | number[]} pid its process, or all that do its work
 * @property {(plan: Plan) => Promise<Speed>} run
 * @property {number} [bound] the least ratio to the limit that was promised
 * @property {Record<string, number>} [against] the least ratios to others that were promised, by their names
 */
/** @typedef {{ name: string, ratio: number, ratioSpread: [number, number], bound: number }} Rivalry */
/**
 * @typedef {object} Figures
 * @property {string} name
 * @property {number} perSecond median of the rounds
 * @property {[number, number]} spread lowest and highest round
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} cpuMs CPU time of its processes for each answer
 * @property {number} peakMb resident memory of its processes at its highest
 * @property {number} [ratio] to the limit: median of the ratios within each round
 * @property {[number, number]} [ratioSpread]
 * @property {number} [bound]
 * @property {Rivalry[]} [rivalries] the same to others than the limit
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
    field.map(async ({ contender: { name, pid, bound, against = {} }, turns }) => {
      const peakMb = await sumOf(pid, async (one) => (await memoryMb(one)).peak);
      const figures = { name, ...summary(turns), peakMb };
      if (turns === limit) return figures;
      const rivals = field.filter((other) => against[other.contender.name] !== undefined);
      const rivalries = rivals.map((other) => ({
        name: other.contender.name,
        ...ratioOf(turns, other.turns),
        bound: /** @type {number} */ (against[other.contender.name]),
      }));
      return { ...figures, ...ratioOf(turns, limit), bound, rivalries };
    }),
  );
}

/** @typedef {Speed & { cpuMs: number }} Turn */

/** @param {Contender} contender @param {Plan} plan @returns {Promise<Turn>} */
async function takeTurn({ pid, run }, plan) {
  const before = await sumOf(pid, cpuMs);
  const speed = await run(plan);
  return { ...speed, cpuMs: ((await sumOf(pid, cpuMs)) - before) / speed.total };
}

/** @param {number | number[]} pids @param {(pid: number) => Promise<number>} read */
async function sumOf(pids, read) {
  const values = await Promise.all([pids].flat().map(read));
  return values.reduce((sum, value) => sum + value, 0);
}

/** @param {Turn[]} turns @param {Turn[]} others of the same rounds */
function ratioOf(turns, others) {
  const ratios = turns.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? 0));
  return { ratio: median(ratios), ratioSpread: extremes(ratios) };
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

/** @param {number[]} values @param {number} share 0 to 1 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** @param {number[]} values @returns {[number, number]} */
function extremes(values) {
  return [Math.min(...values), Math.max(...values)];
}
