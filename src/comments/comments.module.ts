import { Module } from '@nestjs/common';
import { ImagesModule } from '../images/images.module.js';
import { CommentsController } from './comments.controller.js';
import { CommentsRepository } from './comments.repository.js';
import { CommentsService } from './comments.service.js';

/** What people write to each other about images and annotations. */
@Module({
  imports: [ImagesModule],
  controllers: [CommentsController],
  providers: [CommentsService, CommentsRepository],
})
export class CommentsModule {}
