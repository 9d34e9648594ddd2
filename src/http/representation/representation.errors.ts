import { DomainError } from '../../errors/domain-error.js';

/** The request asks for parts alone, and none of them exists (416). */
export class RangeNotSatisfiable extends DomainError {
  readonly kind = 'range-not-satisfiable';
  readonly code = 'range-not-satisfiable';
  override readonly members: Readonly<Record<string, unknown>>;

  /** @param bytes length of the whole, which Content-Range tells too */
  constructor(readonly bytes: number) {
    super(`There are ${bytes} bytes, and nothing of them is in the range that was asked for.`);
    this.members = { bytes };
  }
}

/** What is there to be read is not what If-Match or If-Unmodified-Since asks for (412). */
export class AnotherRepresentation extends DomainError {
  readonly kind = 'precondition-failed';
  readonly code = 'another-representation';
  override readonly members: Readonly<Record<string, unknown>>;

  /** @param etag of what is there, with its quotes */
  constructor(etag: string) {
    super(`What is here is not what the request asks for: its ETag is now ${etag}.`);
    this.members = { current_etag: etag };
  }
}

/** What was read has not the length that the header has told already: the connection must break off. */
export class UnexpectedLength extends Error {
  constructor(expected: number, read: number) {
    super(`The content should have ${expected} bytes, but ${read} were read.`);
    this.name = 'UnexpectedLength';
  }
}
