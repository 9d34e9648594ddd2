/** @typedef {import('./comparison.mjs').Figures} Figures */
/**
 * @typedef {object} Verdict
 * @property {string} what
 * @property {string} measured
 * @property {string} bound
 * @property {boolean} holds
 */
/** @typedef {{ title: string, figures: Figures[] }} Case */

const HEADINGS = [
  '',
  'per second',
  'spread',
  'p50 ms',
  'p99 ms',
  'CPU ms',
  'peak MB',
  'of the limit',
];

/** @param {Case} measured */
export function printCase({ title, figures }) {
  const rows = figures.map((one) => [
    one.name,
    rate(one.perSecond),
    range(one.spread, rate),
    digits(one.p50Ms),
    digits(one.p99Ms),
    digits(one.cpuMs),
    one.peakMb.toFixed(0),
    one.ratio === undefined
      ? 'the limit'
      : `${one.ratio.toFixed(2)} (${range(one.ratioSpread, (ratio) => ratio.toFixed(2))})`,
  ]);
  console.log(`\n${title}`);
  printTable([HEADINGS, ...rows]);
  for (const { name, rivalries = [] } of figures)
    for (const rival of rivalries)
      console.log(
        `  ${name} : ${rival.name} = ${rival.ratio.toFixed(2)} (${range(rival.ratioSpread, (ratio) => ratio.toFixed(2))})`,
      );
}

/** @param {Case[]} cases @returns {Verdict[]} those for which a bound was promised */
export function verdictsOf(cases) {
  return cases.flatMap(({ title, figures }) =>
    figures.flatMap(({ name, ratio, bound, rivalries = [] }) => [
      ...(ratio === undefined || bound === undefined
        ? []
        : [atLeast(`${title}: ${name}`, ratio, bound, 'of the limit')]),
      ...rivalries.map((rival) =>
        atLeast(`${title}: ${name}`, rival.ratio, rival.bound, `× ${rival.name}`),
      ),
    ]),
  );
}

/** @param {string} what @param {number} value @param {number} least @param {string} unit @returns {Verdict} */
export function atLeast(what, value, least, unit) {
  const holds = value >= least;
  return { what, measured: `${value.toFixed(2)} ${unit}`, bound: `at least ${least}`, holds };
}

/** @param {string} what @param {number} value @param {number} most @param {string} unit @returns {Verdict} */
export function atMost(what, value, most, unit) {
  const holds = value <= most;
  return { what, measured: `${value.toFixed(1)} ${unit}`, bound: `at most ${most}`, holds };
}

/** @param {Verdict[]} verdicts */
export function printVerdicts(verdicts) {
  console.log('');
  printTable(
    verdicts.map(({ what, measured, bound, holds }) => [
      what,
      measured,
      bound,
      holds ? 'held' : 'MISSED',
    ]),
  );
}

/** @param {string[][]} rows the first column is text, the others are numbers */
function printTable(rows) {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
    );
    console.log(`  ${cells.join('  ').trimEnd()}`);
  }
}

/** @param {number} value */
function rate(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** @param {number} value */
function digits(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

/** @param {[number, number] | undefined} spread @param {(value: number) => string} format */
function range(spread, format) {
  return spread ? `${format(spread[0])}–${format(spread[1])}` : '';
}
