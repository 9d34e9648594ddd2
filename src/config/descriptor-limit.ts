import { existsSync, readFileSync } from 'node:fs';

const LIMITS = '/proc/self/limits';

/** How many files and sockets the process may have open (`ulimit -n`); only Linux tells, else Infinity. */
export function descriptorLimit(): number {
  const limits = existsSync(LIMITS) ? readFileSync(LIMITS, 'utf8') : '';
  const [, most] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return most === undefined ? Infinity : Number(most);
}
