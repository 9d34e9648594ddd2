import { DomainError } from '../errors/domain-error.js';

/** No step leads from the state of the image to the one that is asked for (409). */
export class ImpossibleReviewStep extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'impossible-review-step';
  override readonly members: Readonly<Record<string, unknown>>;

  /**
   * @param current state of the image
   * @param next states that can follow
   */
  constructor(current: string, wanted: string, next: readonly string[]) {
    super(`The image is ${current}: it cannot become ${wanted}, only ${next.join(' or ')}.`);
    this.members = { review_state: current, next_states: next };
  }
}

/** The caller submitted the image for review, so that somebody else is to decide (403). */
export class OwnSubmission extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'own-submission';
  constructor() {
    super('Whoever submitted an image does not decide about it: another annotator does.');
  }
}
