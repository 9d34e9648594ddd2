import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ReviewTransition } from '../../images/review-transition.entity.js';
import { REVIEW_STATES, type ReviewState } from '../review-steps.js';
import type { Review } from '../review.service.js';

/** One step of an image's review. */
@ApiSchema({ name: 'ReviewStep', description: "One step of an image's review." })
export class ReviewStepResponse {
  @ApiProperty({ enum: REVIEW_STATES, example: 'annotated' })
  from!: ReviewState;

  /** From a decision back to `annotated` or `new`: the annotations or the picture were changed. */
  @ApiProperty({ enum: REVIEW_STATES, example: 'in_review' })
  to!: ReviewState;

  /** @example "2026-03-01T09:30:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  /** Name of the caller who took it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: 'oidc:4f1c9a7e' })
  by!: string | null;

  /** Why, if that was said. */
  @ApiProperty({ type: String, nullable: true, example: 'All instruments of the tray are marked.' })
  note!: string | null;

  static from({ fromState, toState, at, by, note }: ReviewTransition): ReviewStepResponse {
    return { from: fromState, to: toState, at: at.toISOString(), by, note };
  }
}

/** How far an image is, and how it came there. */
@ApiSchema({ name: 'Review', description: 'How far an image is, and how it came there.' })
export class ReviewResponse {
  /** @example "tray-7/front" */
  image_key!: string;

  /** As in the image. */
  @ApiProperty({ enum: REVIEW_STATES, example: 'in_review' })
  review_state!: ReviewState;

  /** The states that can follow, whoever asks. */
  @ApiProperty({
    enum: REVIEW_STATES,
    isArray: true,
    example: ['annotated', 'accepted', 'rejected'],
  })
  next_states!: ReviewState[];

  /** When the last step was taken; null if none was. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-03-01T09:30:00.000Z',
  })
  changed_at!: string | null;

  /** Name of the caller who took the last step. */
  @ApiProperty({ type: String, nullable: true, example: 'oidc:4f1c9a7e' })
  changed_by!: string | null;

  /** What was said with the last step. */
  @ApiProperty({ type: String, nullable: true, example: 'All instruments of the tray are marked.' })
  note!: string | null;

  /** The latest 100 steps, newest first; the audit log has all of them. */
  steps!: ReviewStepResponse[];

  static from({ image, state, next, steps }: Review): ReviewResponse {
    const [last] = steps;
    return {
      image_key: image.key,
      review_state: state,
      next_states: next,
      changed_at: last?.at.toISOString() ?? null,
      changed_by: last?.by ?? null,
      note: last?.note ?? null,
      steps: steps.map((step) => ReviewStepResponse.from(step)),
    };
  }
}
