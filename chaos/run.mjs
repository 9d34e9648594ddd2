import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { onStopRequest, startNode } from '../scripts/foreground.mjs';
import { giveUp, prepare } from '../scripts/prepare.mjs';

// npm run chaos [-- scenarios and options]: plays the scenarios one after the other, and ends with exit code
// 1 if one of them found a broken promise.

const SCENARIOS = ['service', 'postgres', 'aborts', 'disk', 'restart', 'partition'];

const given = process.argv.slice(2);
const chosen = [...SCENARIOS, 'soak'].filter((scenario) => given.includes(scenario));
const options = given.filter((argument) => !chosen.includes(argument));

await prepare().catch(giveUp);

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
onStopRequest(
  (signal) => running?.kill(signal),
  () => running?.kill('SIGKILL'),
);

const broken = [];
for (const scenario of chosen.length > 0 ? chosen : SCENARIOS) {
  running = startNode([join(import.meta.dirname, `${scenario}.mjs`), ...options]);
  const [code] = await once(running, 'exit');
  if (code !== 0) broken.push(scenario);
  if (code === 130) break;
}
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node.js ${process.version}`);
console.log(broken.length === 0 ? 'Every promise was kept.' : `BROKEN: ${broken.join(', ')}`);
process.exit(broken.length === 0 ? 0 : 1);
