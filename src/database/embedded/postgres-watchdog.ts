import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { type Account, COMMAND_ENVIRONMENT } from './postgres-account.js';

/**
 * Runs "$@" until its standard input ends. Input is a pipe whose other end only the node process
 * holds: the kernel closes it however node dies, kill -9 included, and the command is stopped.
 *
 * The signals are ignored because they say nothing the pipe does not say better: a service that is
 * draining still needs its database. SIGINT asks PostgreSQL for a fast shutdown (disconnect the
 * clients, write everything down, end); SIGQUIT for one that leaves the rest to crash recovery.
 * SIGCONT goes along in case somebody has suspended it.
 */
const WATCHDOG = `
exec 3<&0 </dev/null
trap '' HUP INT TERM
"$@" 3<&- &
watched=$!
{
  read -r _ <&3
  kill -INT "$watched" && kill -CONT "$watched"
  tenths=0
  while kill -0 "$watched" && [ "$tenths" -lt 150 ]; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -QUIT "$watched"
} 2>/dev/null &
reader=$!
wait "$watched"
code=$?
kill -KILL "$reader" 2>/dev/null
exit "$code"
`;

export interface WatchedCommand {
  /** Resolves when the command and its watchdog have ended: undefined for a clean end, else how it ended. */
  readonly ended: Promise<string | undefined>;
  /** Asks the command to end; wait for `ended`. */
  end(): void;
}

/**
 * Starts a command that cannot outlive this process, with its output appended to a file.
 *
 * It has a session of its own: Ctrl-C in a terminal signals a whole process group, and would
 * otherwise take the database away from a service that is still answering requests.
 */
export function startWatched(
  command: string[],
  { account, logFile, cwd }: { account: Account; logFile: string; cwd: string },
): WatchedCommand {
  // A file and not a pipe: a pipe would break when node dies, while there is still something to log.
  const output = openSync(logFile, 'a', 0o600);
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'loupe-watchdog', ...command], {
    ...account,
    cwd,
    env: COMMAND_ENVIRONMENT,
    detached: true,
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  watchdog.stdin?.on('error', () => undefined);

  const ended = new Promise<string | undefined>((resolve) => {
    watchdog.once('error', (error) => {
      resolve(error.message);
    });
    watchdog.once('exit', (code, signal) => {
      resolve(code === 0 ? undefined : signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
  return {
    ended,
    end: () => {
      watchdog.stdin?.destroy();
    },
  };
}
