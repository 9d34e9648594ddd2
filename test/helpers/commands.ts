import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Environment } from '../../src/config/environment.js';
import { parseEnvironment } from '../../src/config/load-environment.js';
import type { Terminal } from '../../src/cli/terminal.js';

/** How a command ended, and what it said. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One of src/cli. */
type Command = (
  args: string[],
  terminal: Terminal,
  readSettings: () => Environment,
) => Promise<number>;

/**
 * Runs a command in this process, which takes a hundredth of the time of one of its own.
 * @param settings environment variables
 */
export async function runHere(
  command: Command,
  args: string[],
  settings: Record<string, string>,
): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const terminal = {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text) },
  };
  const code = await command(args, terminal, () => parseEnvironment(settings));
  return { code, ...written };
}

/**
 * Runs a compiled command to its end, as the image and its npm script do.
 * @param name of the file below src/cli
 * @param uid who runs it, where root may choose
 */
export async function runCommand(
  name: string,
  args: string[],
  settings: Record<string, string>,
  uid?: number,
): Promise<Outcome> {
  const script = join(process.cwd(), 'dist/src/cli', `${name}.js`);
  const child = spawn(process.execPath, [script, ...args], {
    // The working directory of a developer may have a file .env.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
