import type { ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { callerNameOf } from './caller-name.js';
import { addressOf } from './client-address.js';
import { requestIdOf } from './request-id.js';
import { withoutSignatures } from './signed-identifiers.js';

const LONGEST_PATH = 512;
/** Refusals that somebody who looks for attacks wants to see. */
const REFUSALS = new Set([401, 403, 429]);

/**
 * Gives every request an id, which `X-Request-Id` tells the client, and logs one line when it ends. The line
 * has no header, no body and nothing of the query: credentials, signatures and photographs stay out of it.
 */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger,
    genReqId: (request, response) => {
      const id = requestIdOf(request);
      response.setHeader('X-Request-Id', id);
      return id;
    },
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id' },
    customLogLevel: (request, response, error) => levelOf(request, response, error),
    customSuccessMessage: messageOf,
    customSuccessObject: (request, response, line: { responseTime: number }) =>
      lineOf(request, response, line),
    // The fault itself has been logged, with the same id; this line is about the request.
    customErrorMessage: messageOf,
    customErrorObject: (request, response, _error, line: { responseTime: number }) =>
      lineOf(request, response, line),
  });
}

/**
 * Logs the same line for a request that did not come so far as to that.
 * @param request with its id, `originalUrl` and `route`
 */
export function logRequest(
  logger: Logger,
  request: Request,
  response: ServerResponse,
  { ms, bytes }: { ms: number; bytes: number | null },
): void {
  const level = levelOf(request, response, undefined);
  if (!logger.isLevelEnabled(level)) return;
  const line = { ...lineOf(request, response, { responseTime: ms }), bytes };
  logger[level]({ request_id: request.id, ...line }, messageOf(request, response));
}

function levelOf({ url }: Request, { statusCode }: ServerResponse, error: Error | undefined) {
  if (statusCode >= 500 || error) return 'error';
  if (REFUSALS.has(statusCode)) return 'warn';
  return url.startsWith('/health/') ? 'debug' : 'info';
}

function messageOf(_request: Request, response: ServerResponse): string {
  return response.writableFinished ? 'request completed' : 'request aborted';
}

function lineOf(
  request: Request,
  response: ServerResponse,
  { responseTime }: { responseTime: number },
) {
  const route = request.route as { path?: unknown } | undefined;
  const bytes = response.getHeader('content-length');
  return {
    caller: callerNameOf(request),
    method: request.method,
    route: typeof route?.path === 'string' ? route.path : null,
    path: pathOnly(request.originalUrl),
    status: response.statusCode,
    time_ms: responseTime,
    bytes: bytes === undefined ? null : Number(bytes),
    remote_address: addressOf(request),
  };
}

/** Without the query and without signatures in the path, and without the user of an absolute address. */
function pathOnly(url: string): string {
  if (url.startsWith('/'))
    return withoutSignatures(url.replace(/[?#].*$/s, '')).slice(0, LONGEST_PATH);
  return URL.canParse(url) ? withoutSignatures(new URL(url).pathname).slice(0, LONGEST_PATH) : '';
}
