import { DomainError } from '../errors/domain-error.js';

/** What keeps requests from being served. */
export type Hindrance = 'database' | 'schema' | 'storage' | 'service';

const SENTENCES: Readonly<Record<Hindrance, string>> = {
  database: 'the database does not answer',
  schema: 'the schema of the database is not up to date',
  storage: 'the storage takes no files',
  service: 'the service is stopping',
};

/** Something that requests need does not answer (503). */
export class NotReady extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'not-ready';
  override readonly members: Readonly<Record<string, unknown>>;
  constructor(failing: readonly Hindrance[]) {
    super(`Not ready: ${failing.map((hindrance) => SENTENCES[hindrance]).join(', ')}.`);
    this.members = { failing };
  }
}
