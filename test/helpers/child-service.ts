import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTestDatabase } from './database.js';

/** The service in a process of its own, as it ships: what it costs, and what node itself answers. */
export interface ChildService {
  url: string;
  dataDir: string;
  /** Bytes of memory that the process holds now, and the most that it ever held (Linux only). */
  memory(): Promise<{ now: number; peak: number }>;
  /** Sends SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** Ends it and removes its database and its folder. */
  close(): Promise<void>;
}

/**
 * Starts the compiled service and waits until it listens.
 * @param settings environment variables
 */
export async function startChild(settings: Record<string, string> = {}): Promise<ChildService> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'loupe-child-'));
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/src/main.js')], {
    // The working directory of a developer may have a file .env.
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const close = async () => {
    await ended(child);
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await addressOf(child);
    const stop = async () => {
      await ended(child);
      return child.exitCode;
    };
    return { url, dataDir, memory: () => memoryOf(child), stop, close };
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
