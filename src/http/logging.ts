import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { type Logger, pino } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Environment } from '../config/environment.js';

/** The service's log: JSON lines on standard output. */
export function createLogger(environment: Environment): Logger {
  return pino({
    level: environment.logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['req.headers.authorization', 'req.headers["x-api-key"]'], remove: true },
  });
}

/** Gives every request an id, which `X-Request-Id` tells the client, and logs one line when it ends. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: (_request, response) => {
      const id = randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    quietReqLogger: true,
    customLogLevel: (request, response, error) => {
      if (response.statusCode >= 500 || error) return 'error';
      return request.url.startsWith('/health/') ? 'debug' : 'info';
    },
    // The fault itself has been logged, with the same id; this line is about the request.
    customErrorMessage: () => 'request completed',
    customErrorObject: (_request, _response, _error, line: Record<string, unknown>) => ({
      ...line,
      err: undefined,
    }),
    serializers: {
      req: ({ id, method, url }: { id: unknown; method: string; url: string }) => ({
        id,
        method,
        url,
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
  });
}

// What Nest says of every module and route at every start.
const ROUTINE = new Set<unknown>([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Nest's own messages in the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(ROUTINE.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  // Nest passes (message, …values, context): an object first means fields, and a text after it the message.
  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ) {
    const context = rest.at(-1);
    const [first] = rest;
    // An error's stack comes between its message and the context.
    const stack = rest.length > 1 && typeof first === 'string' ? first : undefined;
    if (typeof message === 'object' && message !== null)
      this.logger[level]({ context, ...message }, typeof first === 'string' ? first : undefined);
    else this.logger[level]({ context, stack }, String(message));
  }
}
