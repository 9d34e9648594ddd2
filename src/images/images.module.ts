import { Module } from '@nestjs/common';
import { AnnotationsModule } from '../annotations/annotations.module.js';
import { Environment } from '../config/environment.js';
import { LocationsModule } from '../locations/locations.module.js';
import { UsersModule } from '../users/users.module.js';
import { FileStorage } from '../storage/file-storage.js';
import { ImageBatchReader } from './batches/image-batch.reader.js';
import { ImageBatchWriter } from './batches/image-batch.writer.js';
import { ImageBatchesController } from './batches/image-batches.controller.js';
import { ImageBatchesService } from './batches/image-batches.service.js';
import { PrimaryLine } from '../workers/primary-line.js';
import { CachedCopies } from './copies/cached-copies.js';
import { CopyMaker } from './copies/copy-maker.service.js';
import { CopyStore } from './copies/copy-store.js';
import { ReadyAnswers } from '../http/hot-lane/ready-answers.js';
import { HotFiles } from './hot-files.js';
import { ImageCreationService } from './image-creation.service.js';
import { ImageFileService } from './image-file.service.js';
import { ImageListsService } from './image-lists.service.js';
import { PurgedImagesRepository } from './purged/purged-images.repository.js';
import { ImageFilesController } from './image-files.controller.js';
import { ImageUploadReader } from './image-upload.reader.js';
import { ImagesController } from './images.controller.js';
import { ImagesRepository } from './images.repository.js';
import { ImagesService } from './images.service.js';
import { InstrumentUsesRepository } from './instrument-uses.repository.js';
import { InstrumentsController } from './instruments.controller.js';
import { InstrumentsService } from './instruments.service.js';
import { PictureMetrics } from './picture-metrics.js';
import { PictureDirectory } from './picture-directory.js';
import { PictureStore } from './picture-store.js';
import { PicturesService } from './pictures.service.js';
import { RenditionsService } from './renditions.service.js';
import { RenditionCache } from './rendition-cache.js';
import { sharedGates } from './shared-gates.js';
import { UpkeepService } from './upkeep/upkeep.service.js';

@Module({
  imports: [AnnotationsModule, UsersModule, LocationsModule],
  controllers: [
    ImageBatchesController,
    ImagesController,
    ImageFilesController,
    InstrumentsController,
  ],
  providers: [
    ImagesService,
    ImageListsService,
    PurgedImagesRepository,
    ImageCreationService,
    ImageBatchesService,
    ImageBatchReader,
    ImageBatchWriter,
    PicturesService,
    RenditionsService,
    PictureStore,
    RenditionCache,
    { provide: CopyStore, useClass: CachedCopies },
    {
      provide: CopyMaker,
      inject: [ImageFileService, FileStorage, CopyStore, Environment],
      useFactory: (
        imageFiles: ImageFileService,
        originals: FileStorage,
        store: CopyStore,
        environment: Environment,
      ) => new CopyMaker(imageFiles, originals, store, environment),
    },
    PictureDirectory,
    PictureMetrics,
    HotFiles,
    { provide: ReadyAnswers, useExisting: HotFiles },
    ImagesRepository,
    InstrumentsService,
    InstrumentUsesRepository,
    ImageUploadReader,
    UpkeepService,
    {
      provide: ImageFileService,
      inject: [Environment, { token: PrimaryLine, optional: true }],
      useFactory: (environment: Environment, line?: PrimaryLine) =>
        new ImageFileService(environment, line && sharedGates(line)),
    },
  ],
  exports: [ImagesService, PicturesService, RenditionsService],
})
export class ImagesModule {}
