import type { Caller } from '../access/caller.js';
import type { AuditedAction } from '../access/audit-log.service.js';
import { RoleMissing } from '../access/access.errors.js';
import type { ReviewState, StatedReview } from '../images/images.service.js';
import { OwnSubmission } from './review.errors.js';

// For the dto of this feature.
export { REVIEW_STATES, type ReviewState } from '../images/images.service.js';

/** Who takes a step, and who submitted the image last, if somebody did and it is known. */
export interface Parties {
  caller: Caller;
  submitter: string | null;
}

/** A step that a review can take. */
export interface ReviewStep {
  /** What is said of the image then. */
  review: StatedReview | null;
  action: Extract<AuditedAction, `review.${string}`>;
  /** @throws RoleMissing | OwnSubmission */
  assertMayTake: (parties: Parties) => void;
}

const anyAnnotator = () => undefined;

function adminOnly({ caller }: Parties): void {
  if (!caller.may('admin')) throw new RoleMissing('admin');
}

/** Four eyes: who submitted an image does not decide about it. An admin answers for everything anyhow. */
function anotherOne({ caller, submitter }: Parties): void {
  if (caller.may('admin')) return;
  if (caller.name !== null && caller.name === submitter) throw new OwnSubmission();
}

const SUBMIT: ReviewStep = {
  review: 'in_review',
  action: 'review.submitted',
  assertMayTake: anyAnnotator,
};
const WITHDRAW: ReviewStep = {
  review: null,
  action: 'review.withdrawn',
  assertMayTake: anyAnnotator,
};
const ACCEPT: ReviewStep = {
  review: 'accepted',
  action: 'review.accepted',
  assertMayTake: anotherOne,
};
const REJECT: ReviewStep = {
  review: 'rejected',
  action: 'review.rejected',
  assertMayTake: anotherOne,
};
const REOPEN: ReviewStep = {
  review: 'in_review',
  action: 'review.reopened',
  assertMayTake: adminOnly,
};

/**
 * The steps that lead on from a state, by the state that each leads to.
 * @param atRest the state of the same image when nothing is said of it: `new` or `annotated`
 */
export function stepsFrom(
  state: ReviewState,
  atRest: ReviewState,
): Partial<Record<ReviewState, ReviewStep>> {
  switch (state) {
    case 'new':
    case 'annotated':
      return { in_review: SUBMIT };
    case 'in_review':
      return { [atRest]: WITHDRAW, accepted: ACCEPT, rejected: REJECT };
    case 'accepted':
      return { in_review: REOPEN };
    case 'rejected':
      return { in_review: SUBMIT };
  }
}
