import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { mountDocumentation } from './documentation/mount.js';
import { answerParserErrors } from './http/parser-errors.js';
import { createLogger, NestLog, requestLog } from './http/logging.js';
import { parseQuery } from './http/query.js';

const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'X-Total-Count',
  'Retry-After',
  'X-Request-Id',
];
const HEADER_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;

/** The whole service, connected to its database and storage, but not listening yet. */
export async function createApplication(
  environment: Environment,
  logger: Logger = createLogger(environment),
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(environment), {
    logger: new NestLog(logger),
    // JSON is read behind the guards (JsonBodyInterceptor), and files are streams.
    bodyParser: false,
    abortOnError: false,
  });
  app.set('etag', false);
  app.set('query parser', parseQuery);
  app.set('json escape', false);
  app.disable('x-powered-by');
  app.use(requestLog(logger));
  app.use(helmet({ contentSecurityPolicy: false, strictTransportSecurity: false }));
  if (environment.corsOrigins.length > 0)
    app.enableCors({
      origin: environment.corsOrigins,
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
    });
  mountDocumentation(app, environment);
  const server = app.getHttpServer();
  answerParserErrors(server);
  server.headersTimeout = HEADER_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // An upload may take as long as it likes while bytes arrive: silence ends a connection, not a total time.
  server.requestTimeout = 0;
  server.timeout = environment.uploadIdleTimeoutMs;
  return app;
}
