import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { versionTag } from '../database/entity-tag.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import type {
  AnnotatedImage,
  AnnotationContent,
  AnnotationDraft,
  AnnotationRecord,
} from './annotation.js';
import { AnnotatedImages } from './annotated-images.js';
import { assertPossible, geometryFaultsOf, outsideFaultsOf } from './annotation-geometry.js';
import { AnnotationSetWriter, placed } from './annotation-set.writer.js';
import { AnnotationExists, AnnotationNotFound } from './annotations.errors.js';
import { AnnotationsRepository } from './annotations.repository.js';

/** The use cases of single annotations; those of whole sets are `AnnotationSetsService`'s. */
@Injectable()
export class AnnotationsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: AnnotatedImages,
    private readonly repository: AnnotationsRepository,
    private readonly writer: AnnotationSetWriter,
    private readonly requests: RepeatableRequests,
  ) {}

  /** @throws AnnotatedImageNotFound | AnnotationNotFound */
  async requireAnnotation(imageKey: string, index: number): Promise<AnnotationRecord> {
    const image = await this.images.require(imageKey);
    const annotation = await this.repository.find(image.id, index);
    if (!annotation) throw new AnnotationNotFound(imageKey, index);
    return annotation;
  }

  /**
   * Adds one annotation. Without an index it gets the highest ever used plus one; concurrent additions
   * get consecutive ones.
   * @param request that may be repeated: then the annotation is there, and comes as it is now
   * @throws AnnotatedImageNotFound | AnnotationExists | TooManyAnnotations | NoNextIndex |
   *   ImpossibleGeometry | IdempotencyKeyReused
   */
  addAnnotation(
    imageKey: string,
    draft: AnnotationDraft,
    request?: RepeatableRequest,
  ): Promise<{ annotation: AnnotationRecord; isNew: boolean }> {
    const faults = geometryFaultsOf(draft, []);
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockIn(manager, imageKey);
      const { subject, isRepeat } = await this.requests.once(manager, request, async () => {
        const [{ index } = { index: 0 }] = placed([draft], image.highestIndex);
        if (await this.repository.find(image.id, index, manager)) throw new AnnotationExists(index);
        assertPossible([...faults, ...outsideFaultsOf(draft, [], image.size)]);
        await this.writer.write(manager, image, { before: [], store: [{ ...draft, index }] });
        return String(index);
      });
      const annotation = await this.read(manager, imageKey, image, Number(subject));
      return { annotation, isNew: !isRepeat };
    });
  }

  /**
   * Replaces the content of an annotation that exists.
   * @throws AnnotatedImageNotFound | AnnotationNotFound | PreconditionFailed | ImpossibleGeometry
   */
  replaceAnnotation(
    imageKey: string,
    index: number,
    precondition: Precondition,
    content: AnnotationContent,
  ): Promise<AnnotationRecord> {
    const faults = geometryFaultsOf(content, []);
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockIn(manager, imageKey);
      const current = await this.requireCurrent(manager, image, imageKey, index, precondition);
      assertPossible([...faults, ...outsideFaultsOf(content, [], image.size)]);
      await this.writer.write(manager, image, {
        before: [current],
        store: [{ ...content, index }],
      });
      return this.read(manager, imageKey, image, index);
    });
  }

  /** @throws AnnotatedImageNotFound | AnnotationNotFound | PreconditionFailed */
  deleteAnnotation(imageKey: string, index: number, precondition: Precondition): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockIn(manager, imageKey);
      const current = await this.requireCurrent(manager, image, imageKey, index, precondition);
      await this.writer.write(manager, image, { before: [current], store: [], remove: [index] });
    });
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
    precondition.assertHolds('annotation', {
      etag: versionTag(annotation.version),
      version: annotation.version,
      changedAt: annotation.updatedAt,
      changedBy: annotation.createdBy,
    });
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
