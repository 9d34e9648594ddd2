import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Loaded into the child first: when our end of the channel closes, for whatever reason, it is told to end.
 * What the child forks inherits the option, and has a channel of its own to live on.
 */
const END_WITH_PARENT =
  'data:text/javascript,' +
  encodeURIComponent(`if (process.ppid === ${process.pid}) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel?.unref();
  }`);
/** A terminal and npm both pass on one Ctrl-C; a person who presses again means it. */
const SAME_REQUEST_MS = 1_000;

/**
 * Starts a Node.js program that cannot outlive this process, kill -9 included.
 *
 * It gets a process group of its own, so that signals reach it only from here, and once.
 *
 * @param {string[]} args of node: its options, the program and its arguments
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function startNode(args, options = {}) {
  return spawn(process.execPath, ['--import', END_WITH_PARENT, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
    ...options,
  });
}

/** How often to look whether npm is still there. */
const LOOK_EVERY_MS = 500;

/**
 * Calls `end` at the first request to stop (SIGTERM, Ctrl-C, a closed terminal, npm killed), and
 * `endNow` when a person insists.
 *
 * @param {(signal: NodeJS.Signals) => void} end
 * @param {() => void} endNow
 */
export function onStopRequest(end, endNow) {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    const look = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(look);
      end('SIGTERM');
    }, LOOK_EVERY_MS);
  }
  let firstAt;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        end(signal === 'SIGHUP' ? 'SIGTERM' : signal);
      } else if (Date.now() - firstAt > SAME_REQUEST_MS) {
        endNow();
      }
    });
  }
}

/**
 * Runs a Node.js program as if it were this process: same output, same signals, same exit code.
 *
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function becomeNode(args, options) {
  const child = startNode(args, options);
  onStopRequest(
    (signal) => child.kill(signal),
    () => child.kill('SIGKILL'),
  );
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}
