import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The compiled service in a process of its own, on the embedded database. */
export interface ServiceProcess {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts it as an operator would, asking for credentials.
 * @param uid who runs it, where root may choose
 */
export async function startEmbedded(dataDir: string, uid?: number): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/src/main.js')], {
    cwd: dataDir,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', AUTH: 'on', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return { url: await addressOf(child), stop: () => ended(child) };
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

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
