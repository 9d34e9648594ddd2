import { Module } from '@nestjs/common';
import { QuickReads } from '../http/hot-lane/quick-reads.js';
import { AnnotatedImages } from './annotated-images.js';
import { AnnotationSetsService } from './annotation-sets.service.js';
import { AnnotationSetWriter } from './annotation-set.writer.js';
import { AnnotationTextsRepository } from './annotation-texts.repository.js';
import { AnnotationsController } from './annotations.controller.js';
import { AnnotationsRepository } from './annotations.repository.js';
import { AnnotationsService } from './annotations.service.js';
import { SetChangesRepository } from './conflicts/set-changes.repository.js';
import { SetConflicts } from './conflicts/set-conflicts.service.js';
import { SetEditsController } from './edits/set-edits.controller.js';
import { SetEditsService } from './edits/set-edits.service.js';
import { GeometryChecker } from './geometry-checker.service.js';
import { AnnotationHistoryController } from './history/annotation-history.controller.js';
import { AnnotationHistoryRepository } from './history/annotation-history.repository.js';
import { AnnotationHistoryService } from './history/annotation-history.service.js';
import { AnnotationRestorationService } from './history/annotation-restoration.service.js';
import { HotSets } from './hot-sets.js';
import { InstrumentsRepository } from './instruments.repository.js';
import { LabelChangesController } from './label-changes.controller.js';
import { LabelLineage } from './label-lineage.js';
import { LabelListsRepository } from './label-lists.repository.js';
import { LabelListsService } from './label-lists.service.js';
import { LabelsController } from './labels.controller.js';
import { LabelsRepository } from './labels.repository.js';
import { LabelsService } from './labels.service.js';
import { MaskOutlines } from './mask-outlines.service.js';
import { DraftRepairs } from './repairs/draft-repairs.service.js';
import { Vocabulary } from './vocabulary.js';

@Module({
  controllers: [
    AnnotationsController,
    SetEditsController,
    AnnotationHistoryController,
    LabelsController,
    LabelChangesController,
  ],
  providers: [
    AnnotationsService,
    AnnotationSetsService,
    SetEditsService,
    SetConflicts,
    SetChangesRepository,
    AnnotatedImages,
    GeometryChecker,
    DraftRepairs,
    AnnotationSetWriter,
    AnnotationsRepository,
    AnnotationTextsRepository,
    AnnotationHistoryService,
    AnnotationRestorationService,
    AnnotationHistoryRepository,
    InstrumentsRepository,
    LabelsService,
    LabelsRepository,
    LabelLineage,
    LabelListsRepository,
    LabelListsService,
    MaskOutlines,
    Vocabulary,
    HotSets,
    { provide: QuickReads, useExisting: HotSets },
  ],
  exports: [AnnotationSetsService, LabelListsService, MaskOutlines],
})
export class AnnotationsModule {}
