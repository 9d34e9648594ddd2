import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPrepareLock } from './prepare-lock.mjs';

/** The folder of package.json. Not import.meta.dirname: an old Node must get as far as our message. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];
const dist = join(root, 'dist');
/** What the compiler knows of its last output; rewritten whenever it writes any. */
const compilerState = join(dist, '.tsbuildinfo');
/** Says from which sources dist was built; written when the build is complete. */
const builtStamp = join(dist, '.built-from');
/** Is there while a build runs: left behind, it says that dist is half a build. */
const buildingMark = join(dist, '.building');
const SOURCES = [
  'src',
  'migrations',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
];

/**
 * Installs the dependencies and builds the service, as far as either is missing or outdated.
 * Quiet when there is nothing to do; safe to run several times at once.
 *
 * @param {{ build?: boolean }} [options] `build: false` only installs.
 * @throws {PrepareError} when one of the steps fails, after that step has printed why.
 */
export async function prepare({ build = true } = {}) {
  requireNode();
  const isReady = () => isInstalled() && (!build || isBuilt());
  if (isReady()) return;
  await withPrepareLock(join(root, 'var', 'prepare.lock'), async (run) => {
    if (!isInstalled()) await install(run);
    if (build && !isBuilt()) await buildService(run);
  });
}

/**
 * Installs the dependencies of a folder of this repository that has package files of its own, as far as they
 * are missing or outdated.
 *
 * @param {string} folder absolute
 * @throws {PrepareError} when that fails, after npm has printed why.
 */
export async function prepareFolder(folder) {
  if (isInstalled(folder)) return;
  await withPrepareLock(join(root, 'var', 'prepare.lock'), async (run) => {
    if (!isInstalled(folder)) await install(run, folder);
  });
}

/** Its message is all a person needs: no stack. */
export class PrepareError extends Error {}

/** Prints what prevents a command, then ends the process. For the catch of a command's script. */
export function giveUp(error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new PrepareError(
    `Loupe needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.version}. ` +
      'Get a current one from https://nodejs.org/.',
  );
}

/**
 * Compares package-lock.json with the copy npm leaves in node_modules as the last step of an
 * installation. Not their dates: a checkout changes those of files that stay the same.
 */
function isInstalled(folder = root) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const found = readPackages(join(folder, 'node_modules', '.package-lock.json'));
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return true;
    // Packages for other platforms are wanted by the lock file, and rightly not there.
    if (!found[path]) return Boolean(optional || devOptional);
    return found[path].version === version && found[path].integrity === integrity;
  });
}

function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install(run, folder = root) {
  const where = relative(root, folder);
  console.error(`Installing the dependencies${where && ` of ${where}`} (npm ci) …`);
  // Building needs the development dependencies, which NODE_ENV=production would leave out.
  await runNpm(run, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

function isBuilt() {
  return (
    !existsSync(buildingMark) &&
    existsSync(builtStamp) &&
    readFileSync(builtStamp, 'utf8') === describeBuild(fingerprintOfSources())
  );
}

async function buildService(run) {
  console.error('Building the service (npm run build) …');
  if (existsSync(buildingMark)) rmSync(dist, { recursive: true });
  // Taken before the build: what is edited while it runs is built next time.
  const fingerprint = fingerprintOfSources();
  mkdirSync(dist, { recursive: true });
  writeFileSync(buildingMark, '');
  rmSync(builtStamp, { force: true });
  removeOutputsWithoutSource();
  await runNpm(run, ['run', '--silent', 'build']);
  writeFileSync(builtStamp, describeBuild(fingerprint));
  rmSync(buildingMark);
}

/** Makes the next build start from nothing. For whoever else is about to write to dist. */
export function forgetBuild() {
  for (const file of [builtStamp, compilerState]) rmSync(file, { force: true });
}

/** Somebody may compile other sources by hand and then bring these back: their dates tell. */
function describeBuild(fingerprint) {
  const compiledAt = existsSync(compilerState) ? statSync(compilerState).mtimeMs : 'never';
  return `${fingerprint} ${compiledAt}`;
}

function fingerprintOfSources() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => listFiles(join(root, source)))) {
    if (/[.-]spec\.ts$/.test(file)) continue;
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The compiler leaves the output of deleted sources: a forgotten import would work here and nowhere else. */
function removeOutputsWithoutSource() {
  for (const folder of ['src', 'migrations']) {
    for (const file of listFiles(join(dist, folder))) {
      const source = relative(dist, file).replace(/\.(js|js\.map|d\.ts)$/, '.ts');
      if (!existsSync(join(root, source))) rmSync(file);
    }
  }
}

/** All files at or below a path, in a settled order; none when there is nothing. */
function listFiles(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return error.code === 'ENOTDIR' ? [path] : [];
  }
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const child = join(path, entry.name);
    return entry.isDirectory() ? listFiles(child) : [child];
  });
}

/** Runs the npm that runs us, or else the one of the PATH. */
/**
 * npm has a process group of its own: Ctrl-C reaches only us, and what it began would go on by itself. It is
 * not asked, because it would tidy up for half a minute: what is half done is done anew at the next start.
 */
function endWithUs(child) {
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, stop);
  child.once('exit', () => signals.forEach((signal) => process.off(signal, stop)));
  return child;
}

async function runNpm(run, args, cwd = root) {
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args];
  const [program, ...rest] = command;
  // Standard output belongs to the command that is prepared for: `KEY=$(npm run --silent keys -- create …)`.
  const options = { cwd, stdio: ['inherit', process.stderr, 'inherit'], detached: true };
  const code = await run(() => endWithUs(spawn(program, rest, options)));
  if (code !== 0) throw new PrepareError(`"npm ${args.join(' ')}" failed (${code}).`);
}
