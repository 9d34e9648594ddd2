import type { ProblemEntry } from './problem-entry.js';

/** The problems about reviews. */
export const REVIEW_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'impossible-review-step': {
    status: 409,
    explanation:
      'No step leads from the state of the image to the one that is asked for. `next_states` are those that can follow.',
    example: 'The image is annotated: it cannot become accepted, only in_review.',
    members: { review_state: 'annotated', next_states: ['in_review'] },
  },
  'own-submission': {
    status: 403,
    explanation:
      'The caller submitted the image for review, so that another annotator, or an admin, accepts or rejects it.',
    example: 'Whoever submitted an image does not decide about it: another annotator does.',
  },
};
