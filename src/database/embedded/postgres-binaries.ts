import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from '../embedded-postgres.errors.js';
import { type Account, runAs } from './postgres-account.js';
import { findRootOnlyFolder } from './root-only-folder.js';

const EXECUTABLE = 0o555;
const OWN_SERVER = 'Set DATABASE_URL to a PostgreSQL server of your own instead.';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** For example "18": data directories of different major versions do not understand each other. */
  majorVersion: string;
}

/**
 * Finds PostgreSQL's programs in node_modules, in a state and a place in which the account can run them.
 *
 * @throws EmbeddedPostgresError when there are none for this platform, or they do not run here.
 */
export async function locateBinaries(
  account: Account,
  log: (message: string) => void,
): Promise<PostgresBinaries> {
  const packageFolder = await findPackage();
  await repairPackage(packageFolder);
  let native = join(packageFolder, 'native');
  let answer = await askVersion(native, account);
  if (!answer.succeeded && account.uid !== undefined) {
    native = await reachableCopy(packageFolder, account, log);
    answer = await askVersion(native, account);
  }
  // "postgres (PostgreSQL) 18.4"
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(answer.output)?.[1];
  if (!answer.succeeded || majorVersion === undefined) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL does not run on this system (${answer.output}). ${OWN_SERVER}`,
    );
  }
  return { ...programsIn(native), majorVersion };
}

async function findPackage(): Promise<string> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  if (os === 'windows') {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL needs a POSIX shell, which Windows lacks. ${OWN_SERVER}`,
    );
  }
  try {
    const programs = (await import(name)) as { postgres: string };
    return dirname(dirname(dirname(programs.postgres)));
  } catch {
    throw new EmbeddedPostgresError(
      `The package ${name}, which holds the embedded PostgreSQL, is not installed (it is a ` +
        `development dependency and not made for every platform). ${OWN_SERVER}`,
    );
  }
}

/** Puts right what `npm ci --ignore-scripts` leaves undone: links between shared libraries. */
async function repairPackage(packageFolder: string): Promise<void> {
  const programs = programsIn(join(packageFolder, 'native'));
  for (const program of [programs.postgres, programs.initdb]) {
    const { mode } = await stat(program);
    if ((mode & EXECUTABLE) !== EXECUTABLE) {
      await chmod(program, mode | EXECUTABLE).catch(() => undefined);
    }
  }
  if (await hasItsLinks(packageFolder)) return;
  // The script finds its files from the current folder and keeps quiet about failures.
  const script = join(packageFolder, 'scripts', 'hydrate-symlinks.js');
  const command = 'cd -- "$1" && exec "$2" "$3"';
  await runAs({}, '/bin/sh', ['-c', command, 'sh', packageFolder, process.execPath, script]);
  if (await hasItsLinks(packageFolder)) return;
  throw new EmbeddedPostgresError(
    `The shared libraries in ${packageFolder} lack their links, and they could not be made. ` +
      'Run "npm rebuild" as the user who owns node_modules.',
  );
}

async function hasItsLinks(packageFolder: string): Promise<boolean> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  );
  const links = JSON.parse(list) as { target: string }[];
  const found = links.map(({ target }) => lstat(join(packageFolder, target)));
  return (await Promise.allSettled(found)).every(({ status }) => status === 'fulfilled');
}

/** A copy outside of private homes, for the account root runs PostgreSQL as. Made once a version. */
async function reachableCopy(
  packageFolder: string,
  account: Account,
  log: (message: string) => void,
): Promise<string> {
  const manifest = await readFile(join(packageFolder, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = join(await findRootOnlyFolder(), `postgresql-${version}-${process.arch}`);
  if ((await askVersion(copy, account)).succeeded) return copy;

  log(
    `Copying PostgreSQL to ${copy}: the user who runs it for root cannot enter ${packageFolder}.`,
  );
  // Renamed when complete, so that a copy cut short is never mistaken for one.
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  await cp(join(packageFolder, 'native'), draft, { recursive: true, verbatimSymlinks: true });
  // Installed under a strict umask, the files are as private as the home they lay in.
  await runAs({}, 'chmod', ['-R', 'a+rX', draft]);
  await rm(copy, { recursive: true, force: true });
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  return copy;
}

function askVersion(native: string, account: Account) {
  return runAs(account, programsIn(native).postgres, ['--version']);
}

function programsIn(native: string): { postgres: string; initdb: string } {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}
