import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Tells one run of a process from a later one with the same number.
 *
 * Process ids are given out again, after a reboot almost in the same order, so a pid in a file
 * proves nothing by itself; a pid and the instant it started do.
 *
 * @returns an opaque string, the same as long as the process lives; undefined when it is dead.
 */
export async function identifyProcess(pid: number): Promise<string | undefined> {
  try {
    return process.platform === 'linux' ? await identifyOnLinux(pid) : await identifyByPs(pid);
  } catch {
    return undefined;
  }
}

/** The command line of a process, arguments separated by spaces; undefined when it is dead. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform !== 'linux') return await ps(pid, 'command=');
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

async function identifyOnLinux(pid: number): Promise<string | undefined> {
  const [stat, bootId] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ]);
  // proc(5): the second field is the name in parentheses, which may itself hold spaces and
  // parentheses; after the last one come the state (field 3) and, as field 22, the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  // A killed process whose parent has not collected it yet is dead all the same.
  return state === 'Z' || state === 'X' ? undefined : `${bootId.trim()} ${startTime}`;
}

async function identifyByPs(pid: number): Promise<string | undefined> {
  const [state, ...startTime] = (await ps(pid, 'state=,lstart=')).split(/\s+/);
  return state?.startsWith('Z') ? undefined : startTime.join(' ');
}

async function ps(pid: number, columns: string): Promise<string> {
  const { stdout } = await execute('ps', ['-o', columns, '-p', String(pid)]);
  return stdout.trim();
}
