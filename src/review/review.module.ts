import { Module } from '@nestjs/common';
import { ImagesModule } from '../images/images.module.js';
import { ReviewController } from './review.controller.js';
import { ReviewRepository } from './review.repository.js';
import { ReviewService } from './review.service.js';

/** How images are submitted, accepted and rejected. */
@Module({
  imports: [ImagesModule],
  controllers: [ReviewController],
  providers: [ReviewService, ReviewRepository],
})
export class ReviewModule {}
