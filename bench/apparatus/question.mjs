import { parseArgs } from 'node:util';
import { inLaboratory } from './laboratory.mjs';
import { printCase, printVerdicts, verdictsOf } from './report.mjs';

/** @typedef {import('./report.mjs').Case} Case */
/** @typedef {import('./report.mjs').Verdict} Verdict */
/** @typedef {{ rounds: number, seconds: number, warmup: number, full: boolean,
 *   images: number, profile?: string }} Options */
/**
 * @typedef {{ question: string, cases: Case[], verdicts: Verdict[], peakMb: number }} Findings
 *   `peakMb`: the most memory that a service had
 */

/** @returns {Options} of the command line */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '3' },
      warmup: { type: 'string', default: '3' },
      full: { type: 'boolean', default: false },
      profile: { type: 'string' },
      images: { type: 'string', default: '100000' },
    },
  });
  const number = (
    /** @type {'rounds' | 'seconds' | 'warmup'} */ name,
    /** @type {number} */ most,
  ) => {
    const value = Number(values[name]);
    if (value > 0 && value <= most) return value;
    throw new Error(`--${name} must be more than 0 and at most ${most}.`);
  };
  return {
    rounds: Math.ceil(number('rounds', 100)),
    seconds: number('seconds', 60),
    warmup: number('warmup', 60),
    full: values.full,
    profile: values.profile,
    images: Number(values.images),
  };
}

/**
 * Runs one question: prints its findings, tells them to run.mjs or prints them as a line of JSON, and
 * fails (exit code 1) if a promised bound was missed.
 *
 * @param {string} name
 * @param {(tools: { laboratory: import('./laboratory.mjs').Laboratory, options: Options,
 *   report: (found: Case) => void }) => Promise<Verdict[] | void>} measure may return verdicts
 *   other than on ratios
 */
export async function askQuestion(name, measure) {
  const options = readOptions();
  /** @type {Case[]} */
  const cases = [];
  const report = (/** @type {Case} */ found) => {
    printCase(found);
    cases.push(found);
  };
  const { others, peakMb } = await inLaboratory(
    async (laboratory) => ({
      others: await measure({ laboratory, options, report }),
      peakMb: await laboratory.highestServiceMb(),
    }),
    { profileDir: options.profile },
  );
  const verdicts = [...verdictsOf(cases), ...(others ?? [])];
  printVerdicts(verdicts);
  const findings = { question: name, cases, verdicts, peakMb };
  if (process.send) process.send(findings, () => process.disconnect?.());
  else console.log(`\n${JSON.stringify(findings)}`);
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1;
}
