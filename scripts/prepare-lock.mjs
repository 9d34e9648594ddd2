import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SIGN_OF_LIFE_MS = 5_000;
const PRESUMED_DEAD_MS = 60_000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Does some work while no other process does, for example "npm start" and "npm test" side by side.
 *
 * The lock names our process and the child at work, because the child of a killed process goes on.
 * Both dead, or no sign of life for a minute (their numbers may by then be somebody else's):
 * the next one takes the lock over.
 *
 * @param {string} file
 * @param {(run: (start: () => import('node:child_process').ChildProcess) => Promise<number | string>) => Promise<void>} work
 *   gets a function that runs a child, which must be the leader of its process group, to its end, and
 *   returns its exit code or what went wrong.
 */
export async function withPrepareLock(file, work) {
  await acquire(file);
  const signOfLife = setInterval(() => utimesSync(file, new Date(), new Date()), SIGN_OF_LIFE_MS);
  try {
    await work((start) => runNamedInLock(file, start));
  } finally {
    clearInterval(signOfLife);
    rmSync(file, { force: true });
  }
}

async function acquire(file) {
  mkdirSync(dirname(file), { recursive: true });
  let hasSaidSo = false;
  while (!createWithContent(file)) {
    const holders = read(file);
    if (holders !== undefined && !isHeld(file, holders)) {
      takeAway(file, holders);
      continue;
    }
    if (!hasSaidSo) console.error('Waiting for another process to install or build …');
    hasSaidSo = true;
    await sleep(200);
  }
}

/** Linked into place, so that nobody reads it before it has its content. */
function createWithContent(file) {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function isHeld(file, holders) {
  try {
    if (Date.now() - statSync(file).mtimeMs > PRESUMED_DEAD_MS) return false;
  } catch {
    return true;
  }
  return holders.split(' ').some((pid) => {
    try {
      process.kill(Number(pid), 0);
      return true;
    } catch (error) {
      return error.code === 'EPERM';
    }
  });
}

/** Removes a dead lock, unless somebody else was quicker and what is there now is alive. */
function takeAway(file, expected) {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== expected) linkSync(aside, file);
  } catch {
    // Somebody else took it away, or has a new one already.
  }
  rmSync(aside, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function runNamedInLock(file, start) {
  return new Promise((resolve) => {
    const child = start();
    // The whole group, because npm's shell passes no signal on to the command it runs.
    const endTogether = (signal) => {
      process.kill(-child.pid, signal);
      process.exit(128 + constants.signals[signal]);
    };
    for (const signal of STOP_SIGNALS) process.once(signal, endTogether);
    const done = (outcome) => {
      for (const signal of STOP_SIGNALS) process.off(signal, endTogether);
      resolve(outcome);
    };
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'));
    if (child.pid !== undefined) writeFileSync(file, `${process.pid} ${child.pid}`);
  });
}
