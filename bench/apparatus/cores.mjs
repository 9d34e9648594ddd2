import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Keeps a process, all of its threads and what it will start on one core (util-linux's taskset).
 *
 * @param {number} pid
 * @param {number} core
 */
export async function pinTo(pid, core) {
  if (core >= availableParallelism()) throw new Error(`There is no core ${core} to measure on.`);
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]);
}
