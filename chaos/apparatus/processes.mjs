import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @param {ChildProcess} child */
export function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Sends a signal, unless it has ended, and waits for the end; after `patienceMs` it is killed.
 *
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} signal
 * @param {number} [patienceMs]
 */
export async function endChild(child, signal, patienceMs = 30_000) {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
}

/** The processes that a process has started and that live. Linux only, as all of this file. @param {number} pid */
export async function childrenOf(pid) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_, place) => parents[place] === pid);
}

/** @param {number} pid */
async function parentOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command's name, in parentheses, may contain spaces. A zombie (Z) has ended.
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : Number(parent);
}

/** How many files and sockets a process has open. @param {number} pid */
export async function descriptorsOf(pid) {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/**
 * Resident memory in megabytes (10⁶ bytes): all of it, and `own`: without the pages of mapped files.
 *
 * @param {number} pid
 */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (/** @type {string} */ name) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: field('VmRSS'), peak: field('VmHWM'), own: field('RssAnon') };
}
