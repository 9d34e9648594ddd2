import { resolve } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from './application.js';
import type { Environment } from './config/environment.js';
import { InvalidEnvironment, loadEnvironment } from './config/load-environment.js';
import { EmbeddedPostgres } from './database/embedded-postgres.js';
import { EmbeddedPostgresError } from './database/embedded-postgres.errors.js';
import { createLogger } from './http/logging.js';

const DRAIN_MS = 15_000;
const EXIT_MS = 20_000;
const LOOK_FOR_IDLE_MS = 100;

/** Runs the service until a signal ends it; a fault that the operator can mend is one sentence and exit 1. */
export async function runService(): Promise<void> {
  try {
    await run(loadEnvironment());
  } catch (error) {
    if (!isOperatorsFault(error)) throw error;
    process.stderr.write(`${sentenceFor(error)}\n`);
    process.exit(1);
  }
}

async function run(environment: Environment): Promise<void> {
  const logger = createLogger(environment);
  environment.dataDir = resolve(environment.dataDir);
  const postgres = environment.databaseUrl ? undefined : await startPostgres(environment, logger);
  if (postgres) environment.databaseUrl = postgres.url;
  const app = await createApplication(environment, logger);
  const stop = once(async () => {
    // Requests in flight are answered; whoever takes longer than that is cut off.
    setTimeout(() => process.exit(1), EXIT_MS).unref();
    await closeConnections(app);
    await postgres?.stop();
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await app.listen(environment.port, environment.host);
  announce(environment, await app.getUrl(), postgres);
}

/** Takes no more connections, and closes each one when its request is answered, at last all of them. */
async function closeConnections(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  // A client that keeps its connection alive would otherwise keep the process alive too.
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
  const all = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await app.close();
  clearInterval(idle);
  clearTimeout(all);
}

function startPostgres(
  environment: Environment,
  logger: ReturnType<typeof createLogger>,
): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({
    directory: resolve(environment.dataDir, 'postgres'),
    log: (message) => logger.info({ context: 'EmbeddedPostgres' }, message),
  });
}

function announce(
  environment: Environment,
  url: string,
  postgres: EmbeddedPostgres | undefined,
): void {
  const lines = [
    `Loupe listens on ${url}`,
    ...(environment.docs ? [`  API pages   ${url}/docs and ${url}/redoc`] : []),
    `  files       ${environment.dataDir}`,
    postgres
      ? `  database    ${postgres.dataDirectory} (embedded PostgreSQL)`
      : '  database    the one of DATABASE_URL',
    `  log         here${postgres ? `; PostgreSQL's: ${postgres.logFile}` : ''}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function isOperatorsFault(error: unknown): error is Error {
  if (error instanceof InvalidEnvironment || error instanceof EmbeddedPostgresError) return true;
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'listen';
}

function sentenceFor(error: Error): string {
  if ((error as NodeJS.ErrnoException).syscall !== 'listen') return error.message;
  return `The service cannot listen there: ${error.message}. Choose another place with HOST and PORT.`;
}

function once(action: () => Promise<void>): () => void {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action();
  };
}
