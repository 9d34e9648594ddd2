import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { onStopRequest, startNode } from '../../scripts/foreground.mjs';
import { printVerdicts } from './report.mjs';

/** @typedef {import('./question.mjs').Findings} Findings */
/** @typedef {import('./report.mjs').Verdict} Verdict */

/**
 * Asks questions one after the other, each in a process of its own, sums them up in a table and in a last line
 * of JSON, and ends this process: with exit code 1 if a promised bound was missed.
 *
 * @param {{ name: string, file: string, options?: string[] }[]} questions with options of their own
 * @param {string[]} options of the command line, for each of them
 * @param {(findings: Findings[]) => Verdict[]} [onAll] what is promised of all of them together
 */
export async function askAll(questions, options, onAll = () => []) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let running;
  onStopRequest(
    (signal) => running?.kill(signal),
    () => running?.kill('SIGKILL'),
  );

  /** @type {Findings[]} */
  const findings = [];
  let asked = 0;
  for (const { name, file, options: own = [] } of questions) {
    console.log(`\n=== ${[name, ...own].join(' ')}`);
    running = startNode([file, ...options, ...own]);
    running.once('message', (found) => findings.push(/** @type {Findings} */ (found)));
    const [code] = await once(running, 'exit');
    // 1 may be a missed bound, whose findings have come; anything else is no measurement.
    asked += 1;
    if (findings.length !== asked) process.exit(code || 1);
  }

  const verdicts = [...findings.flatMap((found) => found.verdicts), ...onAll(findings)];
  console.log('\n=== all bounds');
  printVerdicts(verdicts);
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
  console.log(`\n${JSON.stringify({ at: new Date().toISOString(), ...machine, findings })}`);
  process.exit(verdicts.every(({ holds }) => holds) ? 0 : 1);
}
