import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from './application.js';
import type { Environment } from './config/environment.js';
import { InvalidEnvironment, loadEnvironment } from './config/load-environment.js';
import { DatabaseUnusable } from './database/database-connection.errors.js';
import { DatabaseConnector } from './database/database-connector.js';
import { letRequestsGoFirst, threadPoolFault } from './config/thread-pool.js';
import { EmbeddedPostgres } from './database/embedded-postgres.js';
import { EmbeddedPostgresError } from './database/embedded-postgres.errors.js';
import { Drain } from './http/drain.js';
import { createLogger } from './http/logging.js';
import { openDataFolder, UnusableDataFolder } from './storage/data-folder.js';

const DRAIN_MS = 15_000;
const FAREWELL_MS = 1_000;
const EXIT_MS = 20_000;
const LOOK_FOR_IDLE_MS = 100;
/** A second signal counts as another request to stop only then: npm and a terminal both pass on one Ctrl-C. */
const SAME_SIGNAL_MS = 1_000;

/** Some requests were broken off. */
const EXIT_CUT_OFF = 3;

/** Runs the service until a signal ends it; a fault that the operator can mend is one sentence and exit 1. */
export async function runService(): Promise<void> {
  try {
    await run(loadEnvironment());
  } catch (error) {
    if (!isOperatorsFault(error)) throw error;
    endWithSentence(error);
  }
}

async function run(environment: Environment): Promise<void> {
  const logger = createLogger(environment);
  environment.dataDir = resolve(environment.dataDir);
  await openDataFolder(environment.dataDir);
  const postgres = environment.databaseUrl ? undefined : await startPostgres(environment, logger);
  if (postgres) environment.databaseUrl = postgres.url;
  const app = await createApplication(environment, logger);
  onStopSignal(async () => {
    setTimeout(() => process.exit(EXIT_CUT_OFF), EXIT_MS).unref();
    const allAnswered = await drain(app, environment.drainNoticeMs);
    await app.close();
    await postgres?.stop();
    process.exit(allAnswered ? 0 : EXIT_CUT_OFF);
  });
  await app.listen(environment.port, environment.host);
  const database = app.get(DatabaseConnector);
  database.connected.catch(endWithSentence);
  // Our own comes up with us, so that there is nothing to announce before; another one may take its time.
  const isThere = await (postgres ? database.connected.then(() => true) : database.firstAttempt);
  letRequestsGoFirst();
  const fault = threadPoolFault(environment);
  if (fault) logger.warn(fault);
  announce(environment, await app.getUrl(), postgres, isThere);
}

/** Calls `stop` at the first SIGTERM or SIGINT, and ends the process at once when somebody insists. */
function onStopSignal(stop: () => Promise<void>): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      void stop();
    } else if (Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(EXIT_CUT_OFF);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * Takes no more work and closes the listener when the requests in flight are answered.
 * @param noticeMs how long requests are still taken, while readiness says already that the end is near
 * @returns false if some took too long and were cut off
 */
async function drain(app: NestExpressApplication, noticeMs: number): Promise<boolean> {
  const server = app.getHttpServer();
  const requests = app.get(Drain);
  requests.announce();
  await sleep(noticeMs);
  const allAnswered = await Promise.race([
    requests.refuse().then(() => true),
    sleep(DRAIN_MS - noticeMs).then(() => false),
  ]);
  // A client that keeps its connection alive would otherwise keep the process alive too. What is busy
  // now are answers to requests that were refused, and those that took too long.
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
  await Promise.race([closed, allAnswered ? sleep(FAREWELL_MS) : undefined]);
  clearInterval(idle);
  server.closeAllConnections();
  return allAnswered;
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
  isDatabaseThere: boolean,
): void {
  const lines = [
    `Loupe listens on ${url}`,
    ...(environment.docs ? [`  API pages   ${url}/docs and ${url}/redoc`] : []),
    environment.auth === 'on'
      ? '  access      for API keys and tokens (AUTH=on)'
      : '  access      for everybody who reaches it (AUTH=off)',
    `  files       ${environment.dataDir}`,
    postgres
      ? `  database    ${postgres.dataDirectory} (embedded PostgreSQL)`
      : `  database    the one of DATABASE_URL${isDatabaseThere ? '' : ', which cannot be used yet: trying again'}`,
    `  log         here${postgres ? `; PostgreSQL's: ${postgres.logFile}` : ''}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function endWithSentence(error: Error): void {
  process.stderr.write(`${sentenceFor(error)}\n`);
  process.exit(1);
}

function isOperatorsFault(error: unknown): error is Error {
  if (error instanceof InvalidEnvironment || error instanceof EmbeddedPostgresError) return true;
  if (error instanceof DatabaseUnusable) return true;
  if (error instanceof UnusableDataFolder) return true;
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'listen';
}

function sentenceFor(error: Error): string {
  if ((error as NodeJS.ErrnoException).syscall !== 'listen') return error.message;
  return `The service cannot listen there: ${error.message}. Choose another place with HOST and PORT.`;
}
