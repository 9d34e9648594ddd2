import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import type { Histogram } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';
import { Drain } from './drain.js';

/** Others are OTHER_METHOD: a client could send dozens. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = '_OTHER';
/** What nginx calls a request whose client left before it was answered. */
const CLIENT_LEFT = 499;

/** How long requests take, by route, method and status: names and buckets are those of OpenTelemetry. */
@Injectable()
export class RequestMetrics {
  private readonly durations: Histogram | undefined;

  constructor(metrics: Metrics, drain: Drain) {
    this.durations = metrics.durations({
      name: 'http_server_request_duration_seconds',
      help: 'Time from the head of a request to the last byte of its answer. The route is a template, empty for what is no route; 499: the client left before it was answered.',
      labels: ['http_request_method', 'http_route', 'http_response_status_code'],
    });
    metrics.gauge({
      name: 'http_server_active_requests',
      help: 'Requests that are being answered, without health checks.',
      read: () => drain.inFlight,
    });
  }

  /** What every request passes that is to be measured; undefined where nobody asks for it. */
  get handler(): RequestHandler | undefined {
    if (!this.durations) return undefined;
    return (request, response, next) => {
      const begunAt = performance.now();
      response.once('close', () => this.ended(request, response, performance.now() - begunAt));
      next();
    };
  }

  /** Notes a request that is over. @param request of Express, or with its `route` */
  ended(
    request: IncomingMessage & Pick<Request, 'route'>,
    response: ServerResponse,
    ms: number,
  ): void {
    if (!this.durations) return;
    const { method = '' } = request;
    const { path } = (request.route ?? {}) as { path?: unknown };
    const labels = {
      http_request_method: METHODS.has(method) ? method : OTHER_METHOD,
      http_route: typeof path === 'string' ? path : '',
      http_response_status_code: response.headersSent ? response.statusCode : CLIENT_LEFT,
    };
    this.durations.observe(labels, ms / 1000);
  }
}
