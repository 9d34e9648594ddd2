import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication } from '../application.js';
import { Environment } from '../config/environment.js';
import { letRequestsGoFirst } from '../config/thread-pool.js';
import { DatabaseConnector } from '../database/database-connector.js';
import { FIRST_ATTEMPT } from '../database/schema-keeper.js';
import { createLogger } from '../http/logging.js';
import { Metrics } from '../metrics/metrics.js';
import { answerScrapes } from '../metrics/workers-metrics.js';
import { PrimaryLine } from '../workers/primary-line.js';
import { FAULT, LISTENING, SHARE } from './beginning.js';
import { isOperatorsFault, sentenceFor } from './operators-fault.js';
import { drain, EXIT_CUT_OFF, EXIT_MS } from './stopping.js';

/** A database that is not there by then is not waited for: the service answers that it is not ready. */
const LISTENS_AFTER_MS = 2_000;

/**
 * One of several processes that answer requests, until its primary says that it is to end or is gone itself:
 * Node.js ends a worker at once that has lost its channel.
 */
export async function runWorker(): Promise<void> {
  // A terminal signals the whole group, and systemd all processes of a unit: only the primary listens to that.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
  const line = new PrimaryLine({
    // Refused only when the channel is closed, and then this process is about to end.
    send: (message) => process.send?.(message, undefined, undefined, () => undefined),
    receive: (listener) => process.on('message', listener),
  });
  let stop = () => process.exit(0);
  line.onStop(() => stop());
  try {
    await serve(line, (whenReady) => (stop = whenReady));
  } catch (error) {
    if (!isOperatorsFault(error)) throw error;
    await endWithFault(line, error);
  }
}

async function serve(line: PrimaryLine, onStop: (stop: () => never) => void): Promise<void> {
  const { number, environment: settings } = await line.ask(SHARE, null);
  const environment = Object.assign(new Environment(), settings);
  const logger = createLogger(environment, { worker: number, pid: process.pid });
  const app = await createApplication(environment, logger, line);
  const database = app.get(DatabaseConnector);
  database.connected.catch((error: unknown) => endWithFault(line, error as Error));
  const ending = new AbortController();
  const end = async () => {
    ending.abort();
    setTimeout(() => process.exit(EXIT_CUT_OFF), EXIT_MS).unref();
    const allAnswered = await drain(app, environment.drainNoticeMs);
    await app.close();
    process.exit(allAnswered ? 0 : EXIT_CUT_OFF);
  };
  onStop(() => void end() as never);
  if (environment.metricsPort !== undefined) void answerScrapes(app.get(Metrics), line);
  await app.init();
  const attempted = line
    .ask(FIRST_ATTEMPT, null)
    .then((succeeded) => (succeeded ? database.firstAttempt : false));
  // From when it listens on it is given requests, which the others could answer meanwhile.
  await Promise.race([attempted, sleep(LISTENS_AFTER_MS, undefined, { ref: false })]);
  await app.listen(environment.port, environment.host);
  if (ending.signal.aborted) return;
  const url = await app.getUrl();
  await attempted;
  letRequestsGoFirst();
  await line.ask(LISTENING, url);
}

async function endWithFault(line: PrimaryLine, error: Error): Promise<never> {
  await line.ask(FAULT, sentenceFor(error));
  process.exit(1);
}
