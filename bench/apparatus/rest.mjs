import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs } from './process-usage.mjs';

const LOOK_MS = 1_000;
const BUSY_MS = 50;
const MOST_MS = 120_000;

/**
 * Waits until a process has hardly used its time for some seconds: what it does in the background is done.
 *
 * @param {number} pid
 */
export async function atRest(pid) {
  let quiet = 0;
  for (const deadline = Date.now() + MOST_MS; Date.now() < deadline;) {
    const before = await cpuMs(pid);
    await sleep(LOOK_MS);
    quiet = (await cpuMs(pid)) - before <= BUSY_MS ? quiet + 1 : 0;
    if (quiet >= 2) return;
  }
  throw new Error('The service works on and on in the background.');
}
