import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { DomainError } from '../errors/domain-error.js';
import { DatabaseUnavailable } from './database-connection.errors.js';

interface DriverError {
  code?: string;
  severity?: string;
  constraint?: string;
  message?: string;
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const UNAVAILABLE_CODES = new Set([
  // of the operating system, when a connection breaks
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  '08000', // connection exceptions
  '08003',
  '08006',
  '25006', // read-only: a standby that is not in charge yet
  '25P03', // too long idle in a transaction
  '28000', // a role or a password that was changed meanwhile
  '28P01',
  '3D000', // no such database
  '40001', // gave way to another transaction
  '40P01', // two transactions locked each other out, and this one gave way
  '53000', // too little of something
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '53400',
  '55P03', // lock timeout
  '57014', // statement timeout
  '57P01', // the server is shutting down
  '57P02',
  '57P03', // the server is starting
  '57P04',
  '57P05',
  '58000', // the server's system fails
  '58030', // the server's disk fails
]);

// pg reports a lost connection in words only.
const UNAVAILABLE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|connection ended unexpectedly|client has encountered a connection error|client was closed and is not queryable|not queryable/i;

/** Whether the database could not be asked at all, or not in time: try again later (503). */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  // Its connection broke between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true;
  const driverError = driverErrorOf(error);
  if (!driverError) return false;
  if (driverError.code !== undefined && UNAVAILABLE_CODES.has(driverError.code)) return true;
  return UNAVAILABLE_MESSAGES.test(driverError.message ?? '');
}

/**
 * Whether a transaction that failed so was certainly not committed. When the connection breaks, the server
 * may have got the COMMIT all the same, or may get it yet.
 */
export function isCertainlyRolledBack(error: unknown): boolean {
  // What is thrown inside a transaction keeps its COMMIT from being sent; but this one may be about the COMMIT.
  if (error instanceof DomainError) return !(error instanceof DatabaseUnavailable);
  const code = driverErrorOf(error)?.code ?? '';
  // The server's own words: a code of five with a digit (EPIPE has none), and not of a lost connection.
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
}

/** Why a database could not be used, in words that hold no secret: for the log. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  if (error instanceof DatabaseUnavailable && error.cause) return reasonOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}

/** Whether a statement failed because rows of another table name the row. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverErrorOf(error)?.code === '23503';
}

function driverErrorOf(error: unknown): DriverError | undefined {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  return typeof error === 'object' && error !== null ? error : undefined;
}
