/** What kind of thing went wrong, without HTTP; `ProblemFilter` knows the status of each. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'precondition-failed'
  | 'precondition-required'
  | 'too-large'
  | 'range-not-satisfiable'
  | 'unsupported'
  | 'unprocessable'
  | 'rate-limited'
  | 'unavailable'
  | 'storage-full';

/**
 * One fault of a request, named as the client spelt it: `pointer` (a JSON pointer fragment into the
 * body, `#/annotations/0/polygon`), or `parameter` (of the query or the path), or `header`.
 */
export interface Fault {
  pointer?: string;
  parameter?: string;
  header?: string;
  detail: string;
}

/**
 * An expected refusal: its message is a sentence for the client, `code` its stable name (the last
 * segment of the problem's `type`), `faults` the places in the request that caused it and `members`
 * further members of the problem (snake_case, as they go out). `retryAfterS` is for those that pass.
 */
export abstract class DomainError extends Error {
  abstract readonly kind: ErrorKind;
  abstract readonly code: string;
  readonly faults: readonly Fault[] = [];
  readonly members: Readonly<Record<string, unknown>> = {};
  /** Seconds after which the same request may be answered, where that is known. */
  readonly retryAfterS?: number;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
