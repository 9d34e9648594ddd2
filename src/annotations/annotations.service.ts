import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditedAction, AuditLog } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import { transact, type WriteMode } from '../database/rehearsal.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { pathOf } from '../http/reply.js';
import type {
  AnnotatedImage,
  AnnotationContent,
  AnnotationDraft,
  AnnotationRecord,
} from './annotation.js';
import { AnnotatedImages } from './annotated-images.js';
import { assertPossible, outsideFaultsOf } from './annotation-geometry.js';
import { AnnotationSetWriter, placed } from './annotation-set.writer.js';
import {
  AnnotatedImageNotFound,
  AnnotationExists,
  AnnotationNotFound,
} from './annotations.errors.js';
import { AnnotationsRepository } from './annotations.repository.js';
import { assertUnchanged } from './conflicts/annotation-precondition.js';
import { GeometryChecker } from './geometry-checker.service.js';
import { keepLabels } from './label-gate.js';

/** The use cases of single annotations; those of whole sets are `AnnotationSetsService`'s. */
@Injectable()
export class AnnotationsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: AnnotatedImages,
    private readonly repository: AnnotationsRepository,
    private readonly writer: AnnotationSetWriter,
    private readonly geometry: GeometryChecker,
    private readonly requests: RepeatableRequests,
    private readonly audit: AuditLog,
  ) {}

  /** @throws AnnotatedImageNotFound | AnnotationNotFound */
  async requireAnnotation(
    caller: Caller,
    imageKey: string,
    index: number,
  ): Promise<AnnotationRecord> {
    const annotation = await this.repository.findIn(caller, imageKey, index);
    if (annotation === undefined) throw new AnnotatedImageNotFound(imageKey);
    if (annotation === null) throw new AnnotationNotFound(imageKey, index);
    return annotation;
  }

  /**
   * Adds one annotation. Without an index it gets the highest ever used plus one; concurrent additions
   * get consecutive ones.
   * @param request that may be repeated: then the annotation is there, and comes as it is now
   * @throws AnnotatedImageNotFound | AnnotationExists | TooManyAnnotations | NoNextIndex |
   *   ImpossibleGeometry | UnknownInstrument | IdempotencyKeyReused
   */
  async addAnnotation(
    caller: Caller,
    imageKey: string,
    draft: AnnotationDraft,
    request: RepeatableRequest | undefined,
    mode: WriteMode,
  ): Promise<{ annotation: AnnotationRecord; isNew: boolean }> {
    const faults = await this.geometry.faultsOf(draft);
    return transact(this.dataSource, mode, async (manager) => {
      const image = await this.images.lockIn(manager, caller, imageKey);
      const { subject, isRepeat } = await this.requests.once(manager, request, async () => {
        const [{ index } = { index: 0 }] = placed([draft], image.highestIndex);
        if (await this.repository.find(image.id, index, manager)) throw new AnnotationExists(index);
        assertPossible([...faults, ...outsideFaultsOf(draft, [], image.size)]);
        await this.writer.write(manager, caller, image, {
          before: [],
          store: [{ ...draft, index }],
        });
        await this.noteIn(manager, caller, 'annotation.added', image, index);
        return String(index);
      });
      const annotation = await this.read(manager, imageKey, image, Number(subject));
      return { annotation, isNew: !isRepeat };
    });
  }

  /**
   * Replaces the content of an annotation that exists.
   * @throws AnnotatedImageNotFound | AnnotationNotFound | AnnotationsChanged | ImpossibleGeometry |
   *   UnknownInstrument
   */
  async replaceAnnotation(
    caller: Caller,
    imageKey: string,
    index: number,
    precondition: Precondition,
    content: AnnotationContent,
    mode: WriteMode,
  ): Promise<AnnotationRecord> {
    const faults = await this.geometry.faultsOf(content);
    return transact(this.dataSource, mode, async (manager) => {
      const image = await this.images.lockIn(manager, caller, imageKey);
      // Else a label could be renamed between the comparison and the writing that it protects.
      if (precondition.isConditional) await keepLabels(manager);
      const current = await this.requireCurrent(manager, image, imageKey, index, precondition);
      assertPossible([...faults, ...outsideFaultsOf(content, [], image.size)]);
      const store = [{ ...content, index }];
      await this.writer.write(manager, caller, image, { before: [current], store });
      await this.noteIn(manager, caller, 'annotation.replaced', image, index);
      return this.read(manager, imageKey, image, index);
    });
  }

  /** @throws AnnotatedImageNotFound | AnnotationNotFound | AnnotationsChanged */
  deleteAnnotation(
    caller: Caller,
    imageKey: string,
    index: number,
    precondition: Precondition,
  ): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockIn(manager, caller, imageKey);
      const current = await this.requireCurrent(manager, image, imageKey, index, precondition);
      const edit = { before: [current], store: [], remove: [index] };
      await this.writer.write(manager, caller, image, edit);
      await this.noteIn(manager, caller, 'annotation.deleted', image, index);
    });
  }

  private noteIn(
    manager: EntityManager,
    caller: Caller,
    action: AuditedAction,
    image: AnnotatedImage,
    index: number,
  ): Promise<void> {
    const subject = pathOf('images', image.key, 'annotations', index);
    return this.audit.recordIn(manager, caller, action, subject, image.clientId);
  }

  private async requireCurrent(
    manager: EntityManager,
    image: AnnotatedImage,
    imageKey: string,
    index: number,
    precondition: Precondition,
  ): Promise<AnnotationRecord> {
    const annotation = await this.repository.find(image.id, index, manager);
    if (!annotation) throw new AnnotationNotFound(imageKey, index);
    assertUnchanged(precondition, imageKey, index, annotation);
    return annotation;
  }

  private async read(
    manager: EntityManager,
    imageKey: string,
    image: AnnotatedImage,
    index: number,
  ): Promise<AnnotationRecord> {
    const stored = await this.repository.find(image.id, index, manager);
    if (!stored) throw new AnnotationNotFound(imageKey, index);
    return stored;
  }
}
