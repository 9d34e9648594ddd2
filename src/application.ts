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
import { allowOrigins, openToViewers } from './http/cross-origin.js';
import { HotLane, type RequestPrototype, type Witness } from './http/hot-lane/hot-lane.js';
import { QuickReads } from './http/hot-lane/quick-reads.js';
import { ReadyAnswers } from './http/hot-lane/ready-answers.js';
import { createLogger, NestLog } from './http/logging.js';
import { HttpServerAdapter } from './http/http-server.adapter.js';
import { answerParserErrors } from './http/parser-errors.js';
import { parseQuery } from './http/query.js';
import { RequestMetrics } from './http/request-metrics.js';
import { logRequest, requestLog } from './http/request-log.js';
import { keptByNobody, securityHeaders } from './http/security-headers.js';
import { takeSignatures } from './http/signed-identifiers.js';
import type { PrimaryLine } from './workers/primary-line.js';

/**
 * The whole service, not listening yet: it connects to its database when it begins to listen.
 * @param line to the primary, if this is one of several processes
 */
export async function createApplication(
  environment: Environment,
  logger: Logger = createLogger(environment),
  line?: PrimaryLine,
): Promise<NestExpressApplication> {
  const adapter = new HttpServerAdapter(environment);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(environment, line),
    adapter,
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
  // Its name the service knows from PUBLIC_URL; without that, IIIF takes Host and, of trusted proxies, X-Forwarded-Proto.
  app.set('trust proxy', environment.trustedProxies);
  const metrics = app.get(RequestMetrics);
  if (metrics.handler) app.use(metrics.handler);
  app.use(requestLog(logger));
  app.use(securityHeaders());
  app.use(openToViewers(environment.auth === 'on'));
  allowOrigins(app, environment.corsOrigins);
  const drain = app.get(Drain);
  const gate = DescriptorGate.forThisProcess(environment.databasePoolSize + 1, drain);
  app.use(gate.handler, drain.handler);
  app.use((_request: Request, response: Response, next: NextFunction) =>
    sharingOneDeadline(() => response.closed, next),
  );
  if (environment.hotLane === 'on') {
    const { request } = adapter.getInstance<{ request: RequestPrototype }>();
    const answers = app.get(ReadyAnswers, { strict: false });
    const reads = app.get(QuickReads, { strict: false });
    const witness: Witness = (seen, response, { ms, bytes }) => {
      logRequest(logger, seen, response, { ms: Math.round(ms), bytes });
      metrics.ended(seen, response, ms);
    };
    adapter.lane = new HotLane(answers, reads, drain, witness, request);
  }
  mountDocumentation(app, environment);
  app.use(takeSignatures);
  app.use(keptByNobody);
  const server = app.getHttpServer();
  answerParserErrors(server, environment.maxHeaderBytes);
  gate.watch(server);
  return app;
}
