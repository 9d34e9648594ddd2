import { Module } from '@nestjs/common';
import { AnnotatedImages } from './annotated-images.js';
import { AnnotationSetsService } from './annotation-sets.service.js';
import { AnnotationSetWriter } from './annotation-set.writer.js';
import { AnnotationsController } from './annotations.controller.js';
import { AnnotationsRepository } from './annotations.repository.js';
import { AnnotationsService } from './annotations.service.js';
import { InstrumentsRepository } from './instruments.repository.js';
import { LabelMerger } from './label-merger.js';
import { LabelMergesRepository } from './label-merges.repository.js';
import { LabelsController } from './labels.controller.js';
import { LabelsRepository } from './labels.repository.js';
import { LabelsService } from './labels.service.js';
import { Vocabulary } from './vocabulary.js';

@Module({
  controllers: [AnnotationsController, LabelsController],
  providers: [
    AnnotationsService,
    AnnotationSetsService,
    AnnotatedImages,
    AnnotationSetWriter,
    AnnotationsRepository,
    InstrumentsRepository,
    LabelsService,
    LabelsRepository,
    LabelMerger,
    LabelMergesRepository,
    Vocabulary,
  ],
  exports: [AnnotationSetsService],
})
export class AnnotationsModule {}
