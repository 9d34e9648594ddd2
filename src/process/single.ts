import { createApplication } from '../application.js';
import type { Environment } from '../config/environment.js';
import { letRequestsGoFirst, threadPoolFault } from '../config/thread-pool.js';
import { DatabaseConnector } from '../database/database-connector.js';
import { createLogger } from '../http/logging.js';
import { Metrics } from '../metrics/metrics.js';
import { offerMetrics } from '../metrics/metrics-server.js';
import { announce, startPostgres } from './announcement.js';
import { endWithSentence } from './operators-fault.js';
import { drain, EXIT_CUT_OFF, EXIT_MS, onStopSignal } from './stopping.js';

/** The service as one process, until a signal ends it. */
export async function runSingle(environment: Environment): Promise<void> {
  const logger = createLogger(environment);
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
  const metricsUrl = await offerMetrics(environment, () => app.get(Metrics).registry.metrics());
  await app.listen(environment.port, environment.host);
  const database = app.get(DatabaseConnector);
  database.connected.catch(endWithSentence);
  // Our own comes up with us, so that there is nothing to announce before; another one may take its time.
  const isDatabaseThere = await (postgres
    ? database.connected.then(() => true)
    : database.firstAttempt);
  letRequestsGoFirst();
  const fault = threadPoolFault(environment);
  if (fault) logger.warn(fault);
  announce(environment, { url: await app.getUrl(), postgres, isDatabaseThere, metricsUrl });
}
