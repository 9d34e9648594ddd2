import { DomainError, type Fault } from './domain-error.js';

/** At most so many faults are told in one answer: enough to mend a request, too few to flood a log. */
export const MAX_FAULTS = 100;

/** The request is malformed, or something in it is of the wrong type, count, range or format (400). */
export class InvalidRequest extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid-request';
  override readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], message = sentenceOf(faults)) {
    super(message);
    this.faults = faults.slice(0, MAX_FAULTS);
  }
}

/**
 * Says faults of parameters that stand inside another parameter as faults of that one.
 * @throws InvalidRequest, and whatever else `read` throws
 */
export function faultsNamed<T>(parameter: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    const faults = error.faults.map((fault) => ({
      parameter,
      detail: `${fault.parameter ?? ''}: ${fault.detail}`,
    }));
    throw new InvalidRequest(faults);
  }
}

/** The first of the faults, and how many there are beside it. */
export function sentenceOf(faults: readonly Fault[]): string {
  const first = faults[0];
  if (!first) return 'The request is not valid.';
  const rest = faults.length - 1;
  const place = first.parameter ?? first.pointer ?? first.header;
  const told = place === undefined ? first.detail : `${place}: ${first.detail}`;
  if (rest === 0) return told;
  return `${told} (and ${rest} more ${rest === 1 ? 'fault' : 'faults'})`;
}
