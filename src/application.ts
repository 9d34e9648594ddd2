import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { sharingOneDeadline } from './database/deadline/database-time.js';
import { mountDocumentation } from './documentation/mount.js';
import { DescriptorGate } from './http/descriptor-gate.js';
import { Drain } from './http/drain.js';
import { allowOrigins } from './http/cross-origin.js';
import { createLogger, NestLog } from './http/logging.js';
import { HttpServerAdapter } from './http/http-server.adapter.js';
import { answerParserErrors } from './http/parser-errors.js';
import { parseQuery } from './http/query.js';
import { requestLog } from './http/request-log.js';
import { keptByNobody, securityHeaders } from './http/security-headers.js';

/** The whole service, not listening yet: it connects to its database when it begins to listen. */
export async function createApplication(
  environment: Environment,
  logger: Logger = createLogger(environment),
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(environment),
    new HttpServerAdapter(environment),
    {
      logger: new NestLog(logger),
      // JSON is read behind the guards (JsonBodyInterceptor), and files are streams.
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.set('etag', false);
  app.set('query parser', parseQuery);
  app.set('json escape', false);
  app.disable('x-powered-by');
  // Its name and protocol the service knows from PUBLIC_URL; of X-Forwarded-* only the address is used.
  app.set('trust proxy', environment.trustedProxies);
  app.use(requestLog(logger));
  app.use(securityHeaders());
  allowOrigins(app, environment.corsOrigins);
  const drain = app.get(Drain);
  const gate = DescriptorGate.forThisProcess(environment.databasePoolSize + 1, drain);
  app.use(gate.handler, drain.handler);
  app.use((_request: Request, response: Response, next: NextFunction) =>
    sharingOneDeadline(() => response.closed, next),
  );
  mountDocumentation(app, environment);
  app.use(keptByNobody);
  const server = app.getHttpServer();
  answerParserErrors(server, environment.maxHeaderBytes);
  gate.watch(server);
  return app;
}
