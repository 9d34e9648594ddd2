import { DomainError, type ErrorKind, type Fault } from '../../errors/domain-error.js';
import { MAX_FAULTS, sentenceOf } from '../../errors/invalid-request.js';
import type { RecordDraft } from '../image.js';

/** One record of a batch as it came: a draft, or why it is none. */
export type BatchItem = RecordDraft | DomainError;

/** What became of a record of a batch: the image that is there now, or why there is none. */
export type BatchOutcome = { key: string; isNew: boolean } | DomainError;

/** An outcome as it is told: also how the image is to be named in a condition. */
export type BatchResult = { key: string; isNew: boolean; etag: string } | DomainError;

// As their statuses are checked (docs/decisions and the contract): what comes first names the whole.
const ORDER: readonly ErrorKind[] = ['forbidden', 'not-found', 'invalid', 'conflict'];

/**
 * A batch of all or nothing is refused for some of its images: it is the first problem in the order of refusals,
 * with the places of all of them.
 */
export class BatchRefused extends DomainError {
  readonly kind: ErrorKind;
  readonly code: string;
  override readonly faults: readonly Fault[];

  /** @param outcomes of all images of the batch, in order, at least one of them a refusal */
  constructor(outcomes: readonly unknown[]) {
    const refused = outcomes.flatMap((outcome, place) =>
      outcome instanceof DomainError ? [{ place, error: outcome }] : [],
    );
    const [first] = [...refused].sort((a, b) => rankOf(a.error) - rankOf(b.error));
    const which =
      outcomes.length === 1 ? 'the image' : `${refused.length} of the ${outcomes.length} images`;
    const why = first && messageIn(first.place, first.error);
    super(`Nothing is stored, because ${which} cannot be: ${why}`);
    this.kind = first?.error.kind ?? 'invalid';
    this.code = first?.error.code ?? 'invalid-request';
    this.faults = refused
      .flatMap(({ place, error }) =>
        error.faults.length > 0 ? placedIn(place, error) : [itself(place, error)],
      )
      .slice(0, MAX_FAULTS);
  }
}

/** The faults of one image of a batch, named as in the batch. */
export function placedIn(place: number, { faults }: DomainError): Fault[] {
  return faults.map((fault) => ({
    ...fault,
    ...(fault.pointer !== undefined && { pointer: `#/images/${place}${fault.pointer.slice(1)}` }),
  }));
}

/** What is wrong with one image of a batch in words, with places as in the batch. */
export function messageIn(place: number, error: DomainError): string {
  return error.code === 'invalid-request' ? sentenceOf(placedIn(place, error)) : error.message;
}

function itself(place: number, { message, kind }: DomainError): Fault {
  const field = kind === 'forbidden' ? 'client_id' : 'image_key';
  return { pointer: `#/images/${place}/${field}`, detail: message };
}

function rankOf({ kind }: DomainError): number {
  const rank = ORDER.indexOf(kind);
  return rank === -1 ? ORDER.length : rank;
}
