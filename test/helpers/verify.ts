import { verifyCommand } from '../../src/cli/verify-command.js';
import type { Checked, Difference } from '../../src/images/upkeep/verification.js';
import { type Outcome, runCommand, runHere } from './commands.js';

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
 * Verifies the data of a service, which may run meanwhile.
 * @param settings environment variables: DATA_DIR, and DATABASE_URL if the database is not the embedded one
 * @param flags such as `--repair`
 */
export async function verify(
  settings: Record<string, string>,
  ...flags: string[]
): Promise<Verdict> {
  return verdictOf(await runHere(verifyCommand, ['--json', ...flags], settings));
}

/** The same as the image and `npm run verify` do it, in a process of its own. */
export async function verifyApart(
  settings: Record<string, string>,
  ...flags: string[]
): Promise<Verdict> {
  return verdictOf(await runCommand('verify', ['--json', ...flags], settings));
}

function verdictOf({ code, stdout, stderr }: Outcome): Verdict {
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
