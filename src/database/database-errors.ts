import { QueryFailedError } from 'typeorm';

interface DriverError {
  code?: string;
  constraint?: string;
  message?: string;
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01', // the server is shutting down
  '57P02',
  '57P03', // the server is starting
  '57014', // statement timeout
  '55P03', // lock timeout
  '40P01', // two transactions locked each other out, and this one gave way
  '53300', // too many connections
  '53100', // disk full
  '53200', // out of memory
  '08000',
  '08003',
  '08006',
]);

// pg reports a lost connection and an exhausted pool in words only.
const UNAVAILABLE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|connection ended unexpectedly|client has encountered a connection error|not queryable|Connection is not established|Driver not Connected/i;

/** Whether the database could not be asked at all, or not in time: try again later (503). */
export function isDatabaseUnavailable(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  if (!driverError) return false;
  if (driverError.code !== undefined && UNAVAILABLE_CODES.has(driverError.code)) return true;
  return UNAVAILABLE_MESSAGES.test(driverError.message ?? '');
}

/** Whether a statement failed because rows of another table name the row. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverErrorOf(error)?.code === '23503';
}

function driverErrorOf(error: unknown): DriverError | undefined {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  return typeof error === 'object' && error !== null ? error : undefined;
}
