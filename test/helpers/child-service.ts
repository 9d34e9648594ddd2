import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTestDatabase } from './database.js';

/** The service in a process of its own, as it ships: what it costs, and what node itself answers. */
export interface ChildService {
  url: string;
  dataDir: string;
  pid: number;
  /** What it has written so far: its log, and everything else. */
  output(): string;
  /** Bytes of memory that the process holds now, and the most that it ever held (Linux only). */
  memory(): Promise<{ now: number; peak: number }>;
  /** How many file descriptors the process has open (Linux only). */
  descriptors(): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, when it has ended; null after a signal. */
  ended: Promise<number | null>;
  /** Sends SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** Ends it and removes its database and its folder. */
  close(): Promise<void>;
}

/**
 * Starts the compiled service and waits until it listens.
 * @param settings environment variables; without a DATABASE_URL it gets a database of its own
 * @param launcher a command that becomes the process: `['prlimit', '--nofile=128']`
 */
export async function startChild(
  settings: Record<string, string> = {},
  launcher: readonly string[] = [],
): Promise<ChildService> {
  const database = settings.DATABASE_URL ? undefined : await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'loupe-child-'));
  const main = join(process.cwd(), 'dist/src/main.js');
  const [command, ...parameters] = [...launcher, process.execPath, main];
  const child = spawn(command, parameters, {
    // The working directory of a developer may have a file .env.
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      ...(database && { DATABASE_URL: database.url }),
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  child.stderr.pipe(process.stderr);
  const written: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => written.push(chunk));
  const output = () => Buffer.concat(written).toString();
  const close = async () => {
    await ended(child);
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await addressOf(child);
    const stop = async () => {
      await ended(child);
      return child.exitCode;
    };
    return {
      url,
      dataDir,
      pid: child.pid!,
      memory: () => memoryOf(child),
      descriptors: async () => (await readdir(`/proc/${String(child.pid)}/fd`)).length,
      output,
      signal: (signal) => child.kill(signal),
      ended: exited,
      stop,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, url] = /^Loupe listens on (\S+)$/.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout!.resume();
    return url;
  }
  throw new Error('The service ended before it listened.');
}

async function memoryOf({ pid }: ChildProcess): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
