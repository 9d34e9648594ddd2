/** How far an image is on its way into a data set, as the wire spells it. */
export const REVIEW_STATES = ['new', 'annotated', 'in_review', 'accepted', 'rejected'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** What somebody said of an image. The other two states follow from whether it has annotations. */
export type StatedReview = Exclude<ReviewState, 'new' | 'annotated'>;

/** What the row of an image knows of its review. */
export interface Reviewed {
  review: StatedReview | null;
  annotationCount: number;
}

/** The state of an image: what was said of it, or else whether anything is marked on it. */
export function reviewStateOf({ review, annotationCount }: Reviewed): ReviewState {
  return review ?? (annotationCount > 0 ? 'annotated' : 'new');
}

/** Whether somebody has decided about an image. */
export function isDecided({ review }: Pick<Reviewed, 'review'>): boolean {
  return review === 'accepted' || review === 'rejected';
}
