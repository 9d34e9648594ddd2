import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checked, Difference } from '../../src/images/upkeep/verification.js';

/** What `npm run verify -- --json` says. */
export interface Verdict {
  /** 0: no difference, 1: differences, 2: it could not be checked. */
  code: number | null;
  differences: Difference[];
  /** What was put right about files, with `--repair`. */
  repaired: { repaired: string; file: string }[];
  summary: Checked | undefined;
  /** Standard error. */
  complaint: string;
}

/**
 * Verifies the data of a service, which may run meanwhile, in a process of its own.
 * @param settings environment variables: DATA_DIR, and DATABASE_URL if the database is not the embedded one
 * @param flags such as `--repair`
 */
export async function verify(
  settings: Record<string, string>,
  ...flags: string[]
): Promise<Verdict> {
  const script = join(process.cwd(), 'dist/src/cli/verify.js');
  const { code, stdout, stderr } = await run([script, '--json', ...flags], settings);
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as object);
  return {
    code,
    differences: lines.filter((line): line is Difference => 'difference' in line),
    repaired: lines.filter((line): line is Verdict['repaired'][number] => 'repaired' in line),
    summary: lines
      .filter((line): line is { summary: Checked } => 'summary' in line)
      .map(({ summary }) => summary)[0],
    complaint: stderr,
  };
}

function run(
  args: string[],
  settings: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      // The working directory of a developer may have a file .env.
      { cwd: tmpdir(), env: { PATH: process.env.PATH, ...settings }, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
