import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import type { Environment } from '../config/environment.js';

const DEEPEST_CAUSE = 5;

/**
 * The service's log: JSON lines on standard output.
 * @param writer stands in every line: which of several processes wrote it
 */
export function createLogger(
  { logLevel }: Pick<Environment, 'logLevel'>,
  writer?: { worker: number; pid: number },
): Logger {
  return pino({
    level: logLevel,
    base: writer,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (error: unknown) => faultOf(error) },
  });
}

/**
 * What the log says of an error: not what else hangs on it, such as a statement's values, which are
 * somebody's data, or the address with the password that could not be read.
 */
function faultOf(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > DEEPEST_CAUSE) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const { code, query } = error as { code?: unknown; query?: unknown };
  return {
    type: name,
    message,
    ...(typeof code === 'string' && { code }),
    ...(typeof query === 'string' && { query }),
    stack,
    ...(cause !== undefined && { cause: faultOf(cause, depth + 1) }),
  };
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
    if (message instanceof Error) this.logger[level]({ context, err: message });
    else if (typeof message === 'object' && message !== null)
      this.logger[level]({ context, ...message }, typeof first === 'string' ? first : undefined);
    else this.logger[level]({ context, stack }, String(message));
  }
}
