import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { Answers, Refuses } from '../http/openapi.js';
import { Reply } from '../http/reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { ImageKeyPipe } from '../http/validation/path-parameters.js';
import { ReviewResponse } from './dto/review.response.js';
import { SetReviewRequest } from './dto/set-review.request.js';
import { type Review, ReviewService } from './review.service.js';

@ApiTags('review')
@Controller('images/:image_key/review')
export class ReviewController {
  constructor(private readonly reviews: ReviewService) {}

  /**
   * Read the review of an image
   * @remarks Its state, the states that can follow, and the latest 100 steps with who, when and why, newest first. The
   * ETag is that of the image.
   */
  @Requires('viewer')
  @Get()
  @ActsOnImage()
  @Answers(ReviewResponse)
  async getReview(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
  ): Promise<Reply<ReviewResponse>> {
    return reply(await this.reviews.requireReview(caller, imageKey));
  }

  /**
   * Submit, withdraw, accept, reject or reopen an image
   * @remarks By the state that it is to be in. Annotators submit images (`in_review`), also rejected ones, and withdraw
   * them (`annotated`, or `new` where nothing is marked). Any annotator but the one who submitted the image accepts or
   * rejects it, or an admin. An admin takes an accepted image back into review. If-Match takes the ETag of the image.
   */
  @Requires('annotator')
  @Put()
  @ActsOnImage()
  @Answers(ReviewResponse)
  @Refuses('image-changed', 'impossible-review-step', 'own-submission')
  async setReview(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Preconditions() precondition: Precondition,
    @Body() { review_state: state, note = null }: SetReviewRequest,
  ): Promise<Reply<ReviewResponse>> {
    return reply(await this.reviews.takeStep(caller, imageKey, precondition, state, note));
  }
}

function ActsOnImage() {
  return ActsOn(ReviewService, 'image-not-found', (reviews, { image_key }, request) =>
    reviews.requireReview(callerOf(request), image_key ?? ''),
  );
}

function reply(review: Review): Reply<ReviewResponse> {
  return Reply.of(ReviewResponse.from(review)).tagged(review.etag);
}
