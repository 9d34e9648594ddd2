import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../access/caller.js';
import type { Precondition } from '../errors/precondition.js';
import type { Image } from '../images/image.entity.js';
import { ImagesService, type ReviewState, reviewStateOf } from '../images/images.service.js';
import type { ReviewTransition } from '../images/review-transition.entity.js';
import { ImpossibleReviewStep } from './review.errors.js';
import { ReviewRepository } from './review.repository.js';
import { stepsFrom } from './review-steps.js';

/** The review of an image as it is shown. */
export interface Review {
  image: Image;
  state: ReviewState;
  /** The states that can follow, whoever asks. */
  next: ReviewState[];
  /** The latest ones, newest first. */
  steps: ReviewTransition[];
  /** That of the image, on which every step is based. */
  etag: string;
}

/** So many steps are shown; the audit log has them all. */
export const SHOWN_STEPS = 100;

/** The use cases of reviewing images. */
@Injectable()
export class ReviewService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: ImagesService,
    private readonly repository: ReviewRepository,
  ) {}

  /** @throws ImageNotFound */
  async requireReview(caller: Caller, imageKey: string): Promise<Review> {
    return this.reviewOf(await this.images.requireImage(caller, imageKey));
  }

  /**
   * Takes the step that leads an image to a state.
   * @throws ImageNotFound | RoleMissing | OwnSubmission | PreconditionFailed | ImpossibleReviewStep
   */
  async takeStep(
    caller: Caller,
    imageKey: string,
    precondition: Precondition,
    wanted: ReviewState,
    note: string | null,
  ): Promise<Review> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockInUse(manager, caller, imageKey);
      const state = reviewStateOf(image);
      const steps = stepsOf(image);
      const step = steps[wanted];
      const submitter = await this.repository.submitterOf(manager, image.id);
      step?.assertMayTake({ caller, submitter });
      precondition.assertHolds('image', await this.images.stateIn(manager, image));
      if (!step) throw new ImpossibleReviewStep(state, wanted, Object.keys(steps));
      const changed = await this.images.changeReviewIn(manager, caller, image, step.review, note);
      await this.images.noteIn(manager, caller, step.action, image, 'review');
      return this.reviewOf(changed, manager);
    });
  }

  private async reviewOf(image: Image, manager = this.dataSource.manager): Promise<Review> {
    const { etag } = await this.images.stateIn(manager, image);
    const steps = await this.repository.latestOf(image.id, SHOWN_STEPS, manager);
    const next = Object.keys(stepsOf(image)) as ReviewState[];
    return { image, state: reviewStateOf(image), next, steps, etag };
  }
}

function stepsOf(image: Image) {
  const { annotationCount } = image;
  return stepsFrom(reviewStateOf(image), reviewStateOf({ review: null, annotationCount }));
}
