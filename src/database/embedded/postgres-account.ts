import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from '../embedded-postgres.errors.js';

const execute = promisify(execFile);

/** The user a command runs as, in the form of child_process options; empty means "as ourselves". */
export interface Account {
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as whoever owns the data, or else as `nobody`.
 *
 * @param places from the most telling to the least: the data, the directory they are to be in.
 * @throws EmbeddedPostgresError when root has nobody to become.
 */
export async function chooseAccount(places: string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  for (const place of places) {
    const owner = await stat(place).catch(() => undefined);
    if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  }
  try {
    return { uid: await idOfNobody('-u'), gid: await idOfNobody('-g') };
  } catch {
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and this system has no user "nobody" to run it as. ' +
        'Start Loupe as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own.',
    );
  }
}

/** Whether the account can enter a directory: asked of the kernel, which knows every reason why not. */
export async function canEnter(account: Account, directory: string): Promise<boolean> {
  return (await runAs(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory])).succeeded;
}

/** Runs a short command to its end; never throws. `output` is what it printed, or why it could not start. */
export async function runAs(
  account: Account,
  command: string,
  args: string[],
): Promise<{ succeeded: boolean; output: string }> {
  try {
    // From the root folder, because the current one may be closed to the account.
    const options = { ...account, cwd: '/', env: COMMAND_ENVIRONMENT, timeout: 30_000 };
    const { stdout, stderr } = await execute(command, args, options);
    return { succeeded: true, output: `${stdout}${stderr}`.trim() };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { succeeded: false, output: stderr?.trim() ? stderr.trim() : message };
  }
}

/**
 * All that PostgreSQL's programs see of our environment. Not ours as it is: the settings of the
 * service (secrets among them) would be readable to everything that runs as the same account, and
 * PGPORT, PGDATA or LC_ALL would change what the programs do. English, because we read their errors.
 */
export const COMMAND_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

async function idOfNobody(which: '-u' | '-g'): Promise<number> {
  const { stdout } = await execute('id', [which, 'nobody']);
  return Number.parseInt(stdout, 10);
}
