import type { DomainError, ErrorKind, Fault } from '../errors/domain-error.js';

/** Media type of every error (RFC 9457). */
export const PROBLEM_JSON = 'application/problem+json';

/** An error as it goes out. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  /** The request's id, which is in the log too. */
  instance: string;
  errors?: readonly Fault[];
  [member: string]: unknown;
}

export const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'precondition-failed': 412,
  'too-large': 413,
  'range-not-satisfiable': 416,
  unsupported: 415,
  unprocessable: 422,
  'precondition-required': 428,
  'rate-limited': 429,
  unavailable: 503,
  'storage-full': 507,
};

export function problemOf(error: DomainError, requestId: string): Problem {
  return {
    type: `/problems/${error.code}`,
    title: titleOf(error.code),
    status: STATUS_OF_KIND[error.kind],
    detail: error.message,
    instance: requestId,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    ...error.members,
  };
}

/** `image-not-found` → `Image not found` */
export function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
