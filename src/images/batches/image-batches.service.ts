import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ClientForbidden } from '../../access/access.errors.js';
import type { Caller } from '../../access/caller.js';
import { AnnotationSetsService } from '../../annotations/annotation-sets.service.js';
import { UnknownInstrument } from '../../annotations/instruments.errors.js';
import { type RepeatableRequest, RepeatableRequests } from '../../database/repeatable-requests.js';
import { DomainError } from '../../errors/domain-error.js';
import { creationDigest } from '../creation-digest.js';
import { imageTag } from '../image.js';
import { ImageInTrash, ImageNotFound } from '../images.errors.js';
import { ImagesRepository } from '../images.repository.js';
import {
  type BatchItem,
  type BatchOutcome,
  BatchRefused,
  type BatchResult,
} from './image-batch.js';
import { type Candidate, ImageBatchWriter } from './image-batch.writer.js';
import { outcomesFrom, textOf } from './remembered-outcomes.js';

/** A closed vocabulary that loses labels again and again while a batch is judged by them. */
const MOST_ATTEMPTS = 3;

/** Makes many images with one request. */
@Injectable()
export class ImageBatchesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: ImagesRepository,
    private readonly annotations: AnnotationSetsService,
    private readonly writer: ImageBatchWriter,
    private readonly requests: RepeatableRequests,
  ) {}

  /**
   * Makes images in one transaction, each as `ImageCreationService` would.
   * @param isAtomic whether one that cannot be made keeps all others from being made
   * @param request that may be repeated: then its outcomes come again, with the images as they are now
   * @returns what became of each, in order
   * @throws BatchRefused | IdempotencyKeyReused
   */
  async create(
    caller: Caller,
    items: readonly BatchItem[],
    isAtomic: boolean,
    request?: RepeatableRequest,
  ): Promise<BatchResult[]> {
    const allowed = items.map((item) =>
      item instanceof DomainError || caller.sees(item.clientId) ? item : new ClientForbidden(),
    );
    if (isAtomic) assertNoneRefused(allowed);
    const outcomes = await this.attempt(caller, allowed, isAtomic, request);
    return this.results(caller, outcomes);
  }

  private async attempt(
    caller: Caller,
    items: readonly BatchItem[],
    isAtomic: boolean,
    request: RepeatableRequest | undefined,
  ): Promise<BatchOutcome[]> {
    for (let attempts = 1; ; attempts += 1) {
      const judged = await this.judged(items);
      try {
        return await this.insert(caller, judged, isAtomic, request);
      } catch (error) {
        // Somebody deleted a label in between: now it is known which images name it.
        if (!(error instanceof UnknownInstrument) || attempts >= MOST_ATTEMPTS) throw error;
      }
    }
  }

  /** What can be said of each without its key: whether its annotations are possible. */
  private async judged(items: readonly BatchItem[]): Promise<(Candidate | DomainError)[]> {
    const sets = items.map((item) => (item instanceof DomainError ? [] : item.annotations));
    const geometry = await this.annotations.faultsOfFirst(sets);
    const labels = await this.annotations.unknownLabels(sets);
    return items.map((item, place) => {
      if (item instanceof DomainError) return item;
      return {
        draft: item,
        key: item.key ?? uuidv7(),
        // As of the record alone: an equal POST /images is a repetition, and the other way round.
        digest: creationDigest(item, null),
        geometry: geometry[place] ?? [],
        labels: labels[place] ?? [],
      };
    });
  }

  private async insert(
    caller: Caller,
    judged: readonly (Candidate | DomainError)[],
    isAtomic: boolean,
    request: RepeatableRequest | undefined,
  ): Promise<BatchOutcome[]> {
    let outcomes: BatchOutcome[] = [];
    const { subject, isRepeat } = await this.dataSource.transaction((manager) =>
      this.requests.once(manager, request, async () => {
        const candidates = judged.filter(
          (item): item is Candidate => !(item instanceof DomainError),
        );
        const made = await this.writer.createIn(manager, caller, candidates);
        const inOrder = made.values();
        outcomes = judged.map((item) =>
          item instanceof DomainError ? item : (inOrder.next().value as BatchOutcome),
        );
        if (isAtomic) assertNoneRefused(outcomes);
        return request ? textOf(outcomes) : '';
      }),
    );
    return isRepeat ? outcomesFrom(subject) : outcomes;
  }

  /** The outcomes, with the images as they are now. */
  private async results(caller: Caller, outcomes: readonly BatchOutcome[]): Promise<BatchResult[]> {
    const keys = outcomes.flatMap((outcome) => ('key' in outcome ? [outcome.key] : []));
    const images = await this.repository.findAll(caller, [...new Set(keys)]);
    const renames = await this.annotations.renamesOfAll([...images.values()].map(({ id }) => id));
    return outcomes.map((outcome) => {
      if (outcome instanceof DomainError) return outcome;
      const image = images.get(outcome.key);
      if (!image) return new ImageNotFound(outcome.key);
      if (image.trashedAt) return new ImageInTrash(outcome.key);
      return { ...outcome, etag: imageTag(image, renames.get(image.id) ?? 0) };
    });
  }
}

/** @throws BatchRefused */
function assertNoneRefused(outcomes: readonly unknown[]): void {
  if (outcomes.some((outcome) => outcome instanceof DomainError)) throw new BatchRefused(outcomes);
}
