import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A system call of a traced service. */
export interface SystemCall {
  name: string;
  /** Arguments as strace writes them; descriptors with the path or the connection that they stand for. */
  args: string;
  /** Such as `0` or `-1 EIO (Input/output error)`; undefined for a call that never came back. */
  result: string | undefined;
  /** Positions in the order of all beginnings and ends. */
  begun: number;
  ended: number;
}

/** The service beneath strace. */
export interface TracedService {
  url: string;
  /** Everything until now, in the order in which it began. */
  calls(): Promise<SystemCall[]>;
  /** Ends it, unless it has ended. @returns the signal that ended it, or the exit code */
  stop(): Promise<string | number | null>;
}

const TRACED = [
  'execve,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat',
  'write,writev,sendto,sendmsg,read,recvfrom,recvmsg',
].join(',');

/**
 * Starts the compiled service beneath strace and waits until it listens.
 * @param settings environment variables
 * @param faults what strace does to its system calls, such as `fsync:error=EIO:when=1`
 */
export async function startTraced(
  settings: Record<string, string> & { DATA_DIR: string },
  ...faults: string[]
): Promise<TracedService> {
  if (spawnSync('strace', ['--version']).status !== 0)
    throw new Error('This spec needs strace: install the Debian package "strace".');
  const trace = `${settings.DATA_DIR}.strace`;
  const options = ['-f', '-yy', '-s', '400', '-o', trace, '-e', `trace=${TRACED}`];
  const injected = faults.flatMap((fault) => ['-e', `inject=${fault}`]);
  const strace = spawn(
    'strace',
    [...options, ...injected, process.execPath, join(process.cwd(), 'dist/src/main.js')],
    {
      cwd: settings.DATA_DIR,
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        LOG_LEVEL: 'silent',
        // strace counts the calls of each thread by themselves.
        UV_THREADPOOL_SIZE: '1',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const calls = async () => parsed(await readFile(trace, 'utf8'));
  const stop = async () => {
    if (strace.exitCode === null && strace.signalCode === null) {
      const exit = once(strace, 'exit');
      const pid = await servicePid(trace);
      try {
        // Sent to strace, it would leave the service behind.
        process.kill(pid, 'SIGTERM');
      } catch (error) {
        // Killed already: strace is about to end in the same way.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await exit;
    }
    return strace.signalCode ?? strace.exitCode;
  };
  try {
    return { url: await addressOf(strace), calls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function addressOf(strace: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: strace.stdout! })) {
    const [, url] = /^Loupe listens on (\S+)$/.exec(line) ?? [];
    if (url === undefined) continue;
    strace.stdout!.resume();
    return url;
  }
  throw new Error('The service ended before it listened.');
}

/** The first line that strace writes is of the program that it starts. */
async function servicePid(trace: string): Promise<number> {
  for (;;) {
    const [, pid] = /^(\d+) +execve\(/.exec(await readFile(trace, 'utf8')) ?? [];
    if (pid !== undefined) return Number(pid);
    await sleep(50);
  }
}

/** Calls of several threads overlap: their beginnings and ends are lines of their own. */
function parsed(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, SystemCall>();
  for (const [position, line] of trace.split('\n').entries()) {
    const [, pid = '', event = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, name, rest] = /^(\w+)\((.*)$/.exec(event) ?? [];
    const [, , more] = /^<\.\.\. (\w+) resumed>(.*)$/.exec(event) ?? [];
    const resumed = more === undefined ? undefined : unfinished.get(pid);
    if (name !== undefined && rest !== undefined) {
      const call = { name, args: rest, result: undefined, begun: position, ended: Infinity };
      calls.push(call);
      if (rest.endsWith('<unfinished ...>')) unfinished.set(pid, call);
      else end(call, rest, position);
    } else if (resumed) {
      unfinished.delete(pid);
      end(resumed, resumed.args.replace('<unfinished ...>', '') + more!, position);
    }
  }
  return calls;
}

function end(call: SystemCall, text: string, position: number): void {
  const [, args = text, result] = /^(.*)\) += (.*)$/.exec(text) ?? [];
  Object.assign(call, { args, result, ended: position });
}
