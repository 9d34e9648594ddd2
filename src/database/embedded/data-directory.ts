import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, open, readdir, readFile, realpath } from 'node:fs/promises';
import { rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from '../embedded-postgres.errors.js';
import { type Account, canEnter } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { startWatched } from './postgres-watchdog.js';
import { findRootOnlyFolder } from './root-only-folder.js';
import { LogExcerpt } from './log-excerpt.js';

const DRAFT_PREFIX = 'initializing-';

/** Everything needed to find, check or make the data of one embedded PostgreSQL. */
export interface DataDirectoryContext {
  directory: string;
  account: Account;
  binaries: PostgresBinaries;
  logFile: string;
  password: string;
  durable: boolean;
  log: (message: string) => void;
}

/**
 * Opens `<directory>/data`, which is made on first use. It is a symbolic link where the account
 * that runs PostgreSQL for root cannot enter the directory, and the data lie elsewhere.
 *
 * @returns the real path of data this PostgreSQL can work with.
 * @throws EmbeddedPostgresError when they belong to someone else or to another PostgreSQL.
 */
export async function openDataDirectory(context: DataDirectoryContext): Promise<string> {
  const link = join(context.directory, 'data');
  await removeDrafts(context.directory);
  const existing = await lstat(link).catch(() => undefined);
  if (!existing) await initialise(context, link);
  const path = await realpath(link).catch(() => {
    throw new EmbeddedPostgresError(
      `${link} points to a folder that is gone. Bring that folder back, or remove the link to ` +
        'begin with an empty database.',
    );
  });
  await requireAccess(context, path);
  await requireOrigin(context, path, link);
  await requireVersion(context, path);
  if (dirname(path) !== context.directory) context.log(`The database lies in ${path}.`);
  return path;
}

async function initialise(context: DataDirectoryContext, link: string): Promise<void> {
  const { directory, account, log } = context;
  const reachable = await canEnter(account, directory);
  const home = reachable ? directory : await makeHomeElsewhere(directory);
  if (!reachable) {
    log(`The user who runs PostgreSQL for root cannot enter ${directory}: its data go to ${home}.`);
  }
  const data = join(home, 'data');
  // A new name each time: the initdb of a service just killed may still be clearing up its own.
  const draft = join(home, `${DRAFT_PREFIX}${randomBytes(6).toString('hex')}`);
  await mkdir(draft);
  await chmod(draft, 0o711);
  await runInitdb(context, draft);
  await rename(join(draft, 'data'), data);
  // Were the new name lost in a power cut, the data would be taken for an interrupted attempt.
  await syncFolder(home);
  await rm(draft, { recursive: true, force: true });
  if (!reachable) {
    await symlink(data, link);
    await syncFolder(directory);
  }
}

/** Left by an initdb that was interrupted. Nobody else is making one: we hold the instance lock. */
async function removeDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue;
    await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function runInitdb(context: DataDirectoryContext, draft: string): Promise<void> {
  const { account, binaries, logFile, password, durable } = context;
  const data = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  for (const file of [data, passwordFile]) await giveTo(account, file);

  const excerpt = await LogExcerpt.from(logFile);
  const initdb = startWatched(
    [
      binaries.initdb,
      `--pgdata=${data}`,
      '--username=loupe',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ],
    { account, logFile, cwd: data },
  );
  const failure = await initdb.ended;
  if (failure !== undefined) {
    throw new EmbeddedPostgresError(
      `The database could not be created in ${data} (${failure}): ${await excerpt.lastLines()}`,
    );
  }
}

/** A new folder outside of private homes. `origin` says whose it is, to people and to `requireOrigin`. */
async function makeHomeElsewhere(directory: string): Promise<string> {
  const home = join(await findRootOnlyFolder(), `data-${randomBytes(6).toString('hex')}`);
  await mkdir(home);
  await chmod(home, 0o711);
  await writeFile(join(home, 'origin'), directory);
  return home;
}

async function requireAccess({ account }: DataDirectoryContext, path: string): Promise<void> {
  const { uid } = await stat(path);
  const user = account.uid ?? process.getuid?.();
  if (uid !== user) {
    throw new EmbeddedPostgresError(
      `The database in ${path} belongs to user ${uid} and cannot be opened by user ${user}. Start ` +
        `Loupe as the user who created it (as root, if that was root), or "chown -R" ${dirname(path)}.`,
    );
  }
  if (!(await canEnter(account, path))) {
    throw new EmbeddedPostgresError(
      `The user ${user}, who owns the database in ${path}, cannot enter that folder. Let others ` +
        'pass through the folders above it ("chmod o+x"), or move it to where they may.',
    );
  }
}

/** A copied checkout carries a link to data that are another's; a moved one to its own. */
async function requireOrigin(
  { directory }: DataDirectoryContext,
  path: string,
  link: string,
): Promise<void> {
  const file = join(dirname(path), 'origin');
  const origin = await readFile(file, 'utf8').catch(() => directory);
  if (origin === directory) return;
  if ((await realpath(join(origin, 'data')).catch(() => undefined)) === path) {
    throw new EmbeddedPostgresError(
      `${link} points to the database of ${origin}. Remove the link to begin with an empty one.`,
    );
  }
  await writeFile(file, directory);
}

async function requireVersion(context: DataDirectoryContext, path: string): Promise<void> {
  const { majorVersion } = context.binaries;
  const found = await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (found === undefined) {
    throw new EmbeddedPostgresError(
      `${path} exists and is not a database. Move it away to begin with an empty one.`,
    );
  }
  if (found.trim() === majorVersion) return;
  throw new EmbeddedPostgresError(
    `The database in ${path} was written by PostgreSQL ${found.trim()}; this Loupe carries ` +
      `PostgreSQL ${majorVersion}, which cannot read it. To keep the data, start the Loupe that ` +
      `wrote them, save them with pg_dump, move the folder away, start this Loupe and restore them ` +
      `with psql. To begin with an empty database, only move the folder away.`,
  );
}

async function giveTo({ uid, gid }: Account, file: string): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}
