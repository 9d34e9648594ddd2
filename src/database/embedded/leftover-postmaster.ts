import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLineOf } from './process-identity.js';

/**
 * Frees data from a PostgreSQL whose service is dead: asks it to stop, or removes the lock file of
 * one that is itself gone. Call it only with the instance lock held, and again until it helped.
 *
 * The watchdog stops PostgreSQL in all other cases; here somebody has killed the watchdog as well.
 * And after a reboot an unrelated process may have the number in the lock file, which PostgreSQL
 * takes for a running server.
 */
export async function stopLeftoverPostmaster(
  dataDirectory: string,
  signal: 'SIGINT' | 'SIGQUIT',
): Promise<void> {
  const lockFile = join(dataDirectory, 'postmaster.pid');
  const content = await readFile(lockFile, 'utf8').catch(() => undefined);
  if (content === undefined) return;
  const pid = Number.parseInt(content, 10);
  const commandLine = pid > 1 ? await commandLineOf(pid) : undefined;
  if (!commandLine?.includes(dataDirectory)) {
    await rm(lockFile, { force: true });
    return;
  }
  try {
    process.kill(pid, signal);
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has ended in the meantime: just what was wanted.
  }
}
