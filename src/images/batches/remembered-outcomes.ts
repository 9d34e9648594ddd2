import { DomainError, type ErrorKind, type Fault } from '../../errors/domain-error.js';
import type { BatchOutcome } from './image-batch.js';

/** A refusal that a batch met when it came for the first time. */
class EarlierRefusal extends DomainError {
  readonly kind: ErrorKind;
  readonly code: string;
  override readonly faults: readonly Fault[];

  constructor({ kind, code, message, faults }: Refusal) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.faults = faults;
  }
}

type Refusal = Pick<DomainError, 'kind' | 'code' | 'message' | 'faults'>;

/** The outcomes of a batch, to be remembered for a request that repeats it: a key for each image, or why not. */
export function textOf(outcomes: readonly BatchOutcome[]): string {
  return JSON.stringify(
    outcomes.map((outcome): string | Refusal => {
      if (!(outcome instanceof DomainError)) return outcome.key;
      const { kind, code, message, faults } = outcome;
      return { kind, code, message, faults };
    }),
  );
}

/** The same outcomes for the repeated request: what was made is there already. */
export function outcomesFrom(text: string): BatchOutcome[] {
  const remembered = JSON.parse(text) as (string | Refusal)[];
  return remembered.map((outcome) =>
    typeof outcome === 'string' ? { key: outcome, isNew: false } : new EarlierRefusal(outcome),
  );
}
