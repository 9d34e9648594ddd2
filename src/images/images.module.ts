import { Module } from '@nestjs/common';
import { AnnotationsModule } from '../annotations/annotations.module.js';
import { Environment } from '../config/environment.js';
import { LocationsModule } from '../locations/locations.module.js';
import { UsersModule } from '../users/users.module.js';
import { ImageCreationService } from './image-creation.service.js';
import { ImageFileService } from './image-file.service.js';
import { ImageFilesController } from './image-files.controller.js';
import { ImageUploadReader } from './image-upload.reader.js';
import { ImagesController } from './images.controller.js';
import { ImagesRepository } from './images.repository.js';
import { ImagesService } from './images.service.js';
import { PictureStore } from './picture-store.js';
import { PicturesService } from './pictures.service.js';
import { UpkeepService } from './upkeep/upkeep.service.js';

@Module({
  imports: [AnnotationsModule, UsersModule, LocationsModule],
  controllers: [ImagesController, ImageFilesController],
  providers: [
    ImagesService,
    ImageCreationService,
    PicturesService,
    PictureStore,
    ImagesRepository,
    ImageUploadReader,
    UpkeepService,
    {
      provide: ImageFileService,
      inject: [Environment],
      useFactory: (environment: Environment) => new ImageFileService(environment),
    },
  ],
})
export class ImagesModule {}
