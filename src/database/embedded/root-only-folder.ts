import { chmod, lstat, mkdir } from 'node:fs/promises';
import { EmbeddedPostgresError } from '../embedded-postgres.errors.js';

/** Reachable for every user. The second is for systems whose first is read-only. */
const CANDIDATES = ['/var/lib/loupe', '/var/tmp/loupe'];

/**
 * A folder that everyone can enter and only root can change, for what `nobody` must reach while
 * the checkout lies in a private home.
 *
 * @throws EmbeddedPostgresError when there is none, for example because another user made it first.
 */
export async function findRootOnlyFolder(): Promise<string> {
  for (const folder of CANDIDATES) {
    // A strict umask would close the new folder to `nobody`; an existing one stays as it is.
    await mkdir(folder)
      .then(() => chmod(folder, 0o755))
      .catch(() => undefined);
    const found = await lstat(folder).catch(() => undefined);
    // Below /var/tmp anybody could have put a folder or a link of this name before us.
    if (found?.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return folder;
  }
  throw new EmbeddedPostgresError(
    'The user "nobody", who runs PostgreSQL for root, cannot reach this folder, and neither ' +
      `${CANDIDATES.join(' nor ')} could be made for it. Move the checkout to a folder that other ` +
      'users can enter, start Loupe as an ordinary user, or set DATABASE_URL.',
  );
}
