import { DomainError } from '../errors/domain-error.js';

/** The database could not be asked, or did not answer in time (503). Nothing is wrong with the request. */
export class DatabaseUnavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'database-unavailable';
  constructor(options?: ErrorOptions) {
    super('The database does not answer at the moment.', options);
  }
}

/**
 * This database can never serve this service, however long it is awaited.
 *
 * The message is complete sentences that name the way out: print it and exit, without a stack.
 */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}
