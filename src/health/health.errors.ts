import { DomainError } from '../errors/domain-error.js';

/** What requests need to be served. */
export type Dependency = 'database' | 'storage';

/** Something that requests need does not answer (503). */
export class NotReady extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'not-ready';
  override readonly members: Readonly<Record<string, unknown>>;
  constructor(failing: readonly Dependency[]) {
    super(
      `Not ready: the ${failing.join(' and the ')} ${failing.length > 1 ? 'do' : 'does'} not answer.`,
    );
    this.members = { failing };
  }
}
