import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../../access/audit-log.service.js';
import type { Caller } from '../../access/caller.js';
import { type RepeatableRequest, RepeatableRequests } from '../../database/repeatable-requests.js';
import type { Precondition } from '../../errors/precondition.js';
import { pathOf } from '../../http/reply.js';
import { AnnotatedImages } from '../annotated-images.js';
import type { AnnotatedImage, AnnotationContent, AnnotationRecord } from '../annotation.js';
import { assertPossible, outsideFaultsOf } from '../annotation-geometry.js';
import { AnnotationSetWriter } from '../annotation-set.writer.js';
import { AnnotationNotFound } from '../annotations.errors.js';
import { AnnotationsRepository } from '../annotations.repository.js';
import { assertUnchanged } from '../conflicts/annotation-precondition.js';
import { geometriesOf } from '../geometry/geometry.js';
import { keepLabels } from '../label-gate.js';
import { Vocabulary } from '../vocabulary.js';
import { AnnotationVersionNotFound } from './annotation-history.errors.js';
import { AnnotationHistoryRepository } from './annotation-history.repository.js';

/** What to restore, and on what it is based. */
export interface Restoration {
  /** Left out, the last change is undone: a deletion, or what made the newest version of the one before it. */
  version?: number;
  precondition: Precondition;
  request?: RepeatableRequest;
}

/** Makes an earlier version of an annotation its newest one. */
@Injectable()
export class AnnotationRestorationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: AnnotatedImages,
    private readonly annotations: AnnotationsRepository,
    private readonly history: AnnotationHistoryRepository,
    private readonly writer: AnnotationSetWriter,
    private readonly vocabulary: Vocabulary,
    private readonly requests: RepeatableRequests,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Writes the content of a version as a new one; a deleted annotation is back by it, under its index.
   * @throws AnnotatedImageNotFound | AnnotationNotFound | AnnotationVersionNotFound | PreconditionFailed |
   *   TooManyAnnotations | ImpossibleGeometry | IdempotencyKeyReused
   */
  restore(
    caller: Caller,
    imageKey: string,
    index: number,
    { version, precondition, request }: Restoration,
  ): Promise<AnnotationRecord> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockIn(manager, caller, imageKey);
      await this.requests.once(manager, request, async () => {
        await this.restoreIn(manager, caller, image, index, { version, precondition });
        return String(index);
      });
      const restored = await this.annotations.find(image.id, index, manager);
      // A repeated request may come after it was deleted again.
      if (!restored) throw new AnnotationNotFound(imageKey, index);
      return restored;
    });
  }

  private async restoreIn(
    manager: EntityManager,
    caller: Caller,
    image: AnnotatedImage,
    index: number,
    { version, precondition }: { version: number | undefined; precondition: Precondition },
  ): Promise<void> {
    // Else a label could be renamed between the comparison and the writing that it protects.
    if (precondition.isConditional) await keepLabels(manager);
    const current = await this.annotations.find(image.id, index, manager);
    if (!current && !(await this.history.isUsed(image.id, index, manager)))
      throw new AnnotationNotFound(image.key, index);
    const content = await this.requireContent(manager, image.id, index, version, current);
    assertUnchanged(precondition, image.key, index, current);
    // In itself it was possible when it was stored; the picture may be another one since.
    assertPossible(outsideFaultsOf(content, [], image.size));
    await this.writer.write(manager, caller, image, {
      before: current ? [current] : [],
      store: [{ ...content, index }],
      change: 'restored',
    });
    const subject = pathOf('images', image.key, 'annotations', index);
    await this.audit.recordIn(manager, caller, 'annotation.restored', subject, image.clientId);
  }

  private async requireContent(
    manager: EntityManager,
    imageId: string,
    index: number,
    version: number | undefined,
    current: AnnotationRecord | undefined,
  ): Promise<AnnotationContent> {
    // A deletion keeps what it took away, so that of a deleted annotation its newest version is the one.
    const found =
      version === undefined
        ? await this.history.findNewest(imageId, index, current?.version, manager)
        : await this.history.find(imageId, index, version, manager);
    if (!found) throw new AnnotationVersionNotFound(index, version);
    const { attributes, source, confidence } = found;
    const geometries = geometriesOf(found);
    // Renamed or merged since, it is called something else now.
    const instrument = await this.vocabulary.nameOf(manager, found.instrumentId);
    return {
      instrument: instrument ?? found.instrument,
      ...geometries,
      attributes,
      source,
      confidence,
    };
  }
}
