import { Module } from '@nestjs/common';
import { AnnotatedImages } from './annotated-images.js';
import { AnnotationSetsService } from './annotation-sets.service.js';
import { AnnotationSetWriter } from './annotation-set.writer.js';
import { AnnotationsController } from './annotations.controller.js';
import { AnnotationsRepository } from './annotations.repository.js';
import { AnnotationsService } from './annotations.service.js';
import { GeometryChecker } from './geometry-checker.service.js';
import { InstrumentsController } from './instruments.controller.js';
import { InstrumentsRepository } from './instruments.repository.js';
import { InstrumentsService } from './instruments.service.js';

@Module({
  controllers: [AnnotationsController, InstrumentsController],
  providers: [
    AnnotationsService,
    AnnotationSetsService,
    AnnotatedImages,
    GeometryChecker,
    AnnotationSetWriter,
    AnnotationsRepository,
    InstrumentsService,
    InstrumentsRepository,
  ],
  exports: [AnnotationSetsService],
})
export class AnnotationsModule {}
