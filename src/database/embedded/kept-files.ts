import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from '../embedded-postgres.errors.js';

const LOG_LIMIT_BYTES = 5_000_000;

/** The file of PostgreSQL's own log, rotated when it has grown large. */
export async function openLog(directory: string): Promise<string> {
  const logFile = join(directory, 'postgres.log');
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
  await writeFile(logFile, '', { flag: 'a', mode: 0o600 });
  await giveToOwnerOf(directory, logFile);
  return logFile;
}

/**
 * The password of the database, made when there is no database yet.
 * @throws EmbeddedPostgresError when it is missing beside a database
 */
export async function readOrMakePassword(directory: string): Promise<string> {
  const file = join(directory, 'password');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const hasData = await stat(join(directory, 'data')).catch(() => undefined);
  if (hasData) {
    throw new EmbeddedPostgresError(
      `The password of the database, ${file}, is missing. Bring it back, or move ${directory} away ` +
        'to begin with an empty database.',
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600, flush: true });
  await giveToOwnerOf(directory, `${file}.new`);
  await rename(`${file}.new`, file);
  return password;
}

/** What root makes in somebody's directory is theirs: they may start Loupe without root next time. */
async function giveToOwnerOf(directory: string, file: string): Promise<void> {
  const { uid, gid } = await stat(directory);
  if (process.getuid?.() === 0 && uid !== 0) await chown(file, uid, gid);
}
