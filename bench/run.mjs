import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { onStopRequest, startNode } from '../scripts/foreground.mjs';
import { giveUp, prepare } from '../scripts/prepare.mjs';
import { printVerdicts } from './apparatus/report.mjs';

// npm run bench [-- questions and options]: asks the questions one after the other, sums them up in a
// table and in a last line of JSON, and ends with exit code 1 if a promised bound was missed.

const QUESTIONS = ['renditions', 'reads', 'writes', 'memory', 'bombs'];

const given = process.argv.slice(2);
const chosen = QUESTIONS.filter((question) => given.includes(question));
const options = given.filter((argument) => !QUESTIONS.includes(argument));

await prepare().catch(giveUp);

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
onStopRequest(
  (signal) => running?.kill(signal),
  () => running?.kill('SIGKILL'),
);

const findings = [];
for (const question of chosen.length > 0 ? chosen : QUESTIONS) {
  console.log(`\n=== ${question}`);
  running = startNode([join(import.meta.dirname, `${question}.mjs`), ...options]);
  running.once('message', (found) => findings.push(found));
  const [code] = await once(running, 'exit');
  // 1 may be a missed bound, whose findings have come; anything else is no measurement.
  if (findings.length === 0 || findings.at(-1).question !== question) process.exit(code || 1);
}

const verdicts = findings.flatMap((found) => found.verdicts);
console.log('\n=== all bounds');
printVerdicts(verdicts);
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
console.log(`\n${JSON.stringify({ at: new Date().toISOString(), ...machine, findings })}`);
process.exit(verdicts.every(({ holds }) => holds) ? 0 : 1);
