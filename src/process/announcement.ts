import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Environment } from '../config/environment.js';
import { EmbeddedPostgres } from '../database/embedded-postgres.js';

/** Starts the embedded PostgreSQL below DATA_DIR. @param connections how many the service needs at most */
export function startPostgres(
  { dataDir }: Environment,
  logger: Logger,
  connections?: number,
): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({
    directory: resolve(dataDir, 'postgres'),
    log: (message) => logger.info({ context: 'EmbeddedPostgres' }, message),
    ...(connections !== undefined && { connections }),
  });
}

interface Announcement {
  url: string;
  postgres: EmbeddedPostgres | undefined;
  isDatabaseThere: boolean;
  /** Where Prometheus may ask. */
  metricsUrl: string | undefined;
  workers?: number;
}

/** Tells the operator that the service listens, and where everything is. */
export function announce(
  environment: Environment,
  { url, postgres, isDatabaseThere, metricsUrl, workers = 1 }: Announcement,
): void {
  const lines = [
    `Loupe listens on ${url}`,
    ...(workers > 1 ? [`  processes   ${workers} workers (WORKERS), and this one`] : []),
    ...(environment.docs ? [`  API pages   ${url}/docs and ${url}/redoc`] : []),
    environment.auth === 'on'
      ? '  access      for API keys and tokens (AUTH=on)'
      : '  access      for everybody who reaches it (AUTH=off)',
    ...(metricsUrl === undefined ? [] : [`  metrics     ${metricsUrl}`]),
    `  files       ${environment.dataDir}`,
    postgres
      ? `  database    ${postgres.dataDirectory} (embedded PostgreSQL)`
      : `  database    the one of DATABASE_URL${isDatabaseThere ? '' : ', which cannot be used yet: trying again'}`,
    `  log         here${postgres ? `; PostgreSQL's: ${postgres.logFile}` : ''}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
