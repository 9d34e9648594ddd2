import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

// USER_HZ is 100 on every Linux that Node.js runs on.
const MS_PER_TICK = 10;
const SAMPLE_MS = 20;

/**
 * CPU time that a process has used, user and system. Linux only, as all of this file.
 *
 * @param {number} pid
 */
export async function cpuMs(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command's name, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/**
 * CPU time that this process uses while something is done, in all of its threads.
 *
 * @template T @param {() => Promise<T>} work
 */
export async function ownCpuMs(work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}

/**
 * Resident memory in megabytes (10⁶ bytes): all of it (`now`, and `peak` since the process started or
 * `forgetPeak` was called), and `own`: without the pages of mapped files, which are the system's cache
 * and are given back whenever somebody needs them.
 *
 * @param {number} pid
 */
export async function memoryMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (/** @type {string} */ name) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: field('VmRSS'), peak: field('VmHWM'), own: field('RssAnon') };
}

/** @param {number} pid */
export async function forgetPeak(pid) {
  // proc(5): 5 resets the peak resident set size.
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/**
 * The highest `own` memory while something is done.
 *
 * @param {number} pid
 * @param {() => Promise<unknown>} act
 */
export async function highestOwnMb(pid, act) {
  let highest = 0;
  let isDone = false;
  const watch = async () => {
    for (; !isDone; await sleep(SAMPLE_MS)) highest = Math.max(highest, (await memoryMb(pid)).own);
  };
  const watching = watch();
  try {
    await act();
  } finally {
    isDone = true;
    await watching;
  }
  return highest;
}
