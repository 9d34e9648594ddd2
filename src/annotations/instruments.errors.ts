import { DomainError, type Fault } from '../errors/domain-error.js';
import { MAX_FAULTS } from '../errors/invalid-request.js';
import { type Carriers, countKindOf } from './instrument-changes.js';

/** There is no such label (404). */
export class InstrumentNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'instrument-not-found';
  constructor(name: string) {
    super(`No label is called "${name}".`);
  }
}

/** There is a label of this name already (409). */
export class InstrumentExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'instrument-exists';
  constructor(name: string) {
    super(`A label is called "${name}" already.`);
  }
}

/** Annotations still carry the label, so it cannot just be deleted (409). */
export class InstrumentInUse extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'instrument-in-use';
  override readonly members: Readonly<Record<string, unknown>>;
  constructor(name: string, carriers: Carriers) {
    super(`The label "${name}" is in use (images in the trash count too): name a replacement.`);
    this.members = {
      annotation_count: carriers.annotations,
      image_count: carriers.images,
      count_kind: countKindOf(carriers),
    };
  }
}

/** The vocabulary is closed, and the request names labels that are not in it (422). */
export class UnknownInstrument extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'unknown-instrument';
  override readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('The request names a label that is not in the vocabulary.');
    this.faults = faults.slice(0, MAX_FAULTS);
  }
}

/** What is said of a label that is not in the vocabulary. */
export function unknownInstrument(name: string): string {
  return `no label is called "${name}"`;
}
