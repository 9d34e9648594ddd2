// A built service for a browser to look at: embedded PostgreSQL, a temporary folder, any free port.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const STOP_WITHIN_MS = 20_000;

/** Starts `dist`; `stop` ends it and removes what it stored. */
export async function startService(settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'loupe-browser-'));
  const child = spawn(process.execPath, [join(root, 'dist', 'src', 'main.js')], {
    // The working directory of a developer may have a file .env.
    cwd: folder,
    env: { PATH: process.env.PATH, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      clearTimeout(impatience);
    }
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Loupe listens on (\S+)$/.exec(line) ?? [];
    if (!url) continue;
    child.stdout.resume();
    return { url, folder, stop };
  }
  await stop();
  throw new Error('The service ended before it listened.');
}

/** An API key for a running service, made on the command line. */
export async function aKey({ folder }, role) {
  const command = [
    join(root, 'dist', 'src', 'cli', 'keys.js'),
    'create',
    '--name',
    role,
    '--role',
    role,
  ];
  const env = { PATH: process.env.PATH, DATA_DIR: folder };
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  return stdout.trim();
}
