import { Module } from '@nestjs/common';
import { AnnotationsModule } from '../annotations/annotations.module.js';
import { ImagesModule } from '../images/images.module.js';
import { Addressing } from './addressing.js';
import { ImageApiController } from './image-api.controller.js';
import { ImageApiService } from './image-api.service.js';
import { PresentationController } from './presentation.controller.js';
import { PresentationService } from './presentation.service.js';

/** Pictures and annotations for the viewers of others (https://iiif.io). */
@Module({
  imports: [AnnotationsModule, ImagesModule],
  controllers: [ImageApiController, PresentationController],
  providers: [ImageApiService, PresentationService, Addressing],
})
export class IiifModule {}
