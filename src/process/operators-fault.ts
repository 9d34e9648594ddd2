import { InvalidEnvironment } from '../config/load-environment.js';
import { DatabaseUnusable } from '../database/database-connection.errors.js';
import { EmbeddedPostgresError } from '../database/embedded-postgres.errors.js';
import { MetricsUnreachable } from '../metrics/metrics-server.js';
import { UnusableDataFolder } from '../storage/data-folder.js';

/** Prints why and ends the process with 1. */
export function endWithSentence(error: Error): never {
  process.stderr.write(`${sentenceFor(error)}\n`);
  process.exit(1);
}

/** Whether it is something that the operator can mend. */
export function isOperatorsFault(error: unknown): error is Error {
  if (error instanceof InvalidEnvironment || error instanceof EmbeddedPostgresError) return true;
  if (error instanceof DatabaseUnusable) return true;
  if (error instanceof UnusableDataFolder || error instanceof MetricsUnreachable) return true;
  return error instanceof Error && isAboutListening(error);
}

/** What is wrong, for the operator. */
export function sentenceFor(error: Error): string {
  if (!isAboutListening(error)) return error.message;
  return `The service cannot listen there: ${error.message}. Choose another place with HOST and PORT.`;
}

/** A worker has it done by its primary, and calls it "bind". */
function isAboutListening(error: Error): boolean {
  return ['listen', 'bind'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}
