import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import { Environment } from '../config/environment.js';
import { transact, type WriteMode } from '../database/rehearsal.js';
import type { JsonText } from '../database/json-text.js';
import type { Fault } from '../errors/domain-error.js';
import type { Precondition } from '../errors/precondition.js';
import { pathOf } from '../http/reply.js';
import { AnnotatedImages } from './annotated-images.js';
import {
  type AnnotatedImage,
  type AnnotationDraft,
  type AnnotationRecord,
  isSameContent,
} from './annotation.js';
import { assertPossible, outsideFaultsOf, setOutsideFaults } from './annotation-geometry.js';
import { revisionOf, withRenames } from './annotation-tags.js';
import { AnnotationTextsRepository } from './annotation-texts.repository.js';
import { type AnnotationView, viewed } from './annotation-view.js';
import {
  AnnotationSetWriter,
  type FirstSet,
  placed,
  type PlacedDraft,
} from './annotation-set.writer.js';
import { AnnotatedImageNotFound, AnnotationsOutsidePicture } from './annotations.errors.js';
import { AnnotationsRepository } from './annotations.repository.js';
import { SetConflicts } from './conflicts/set-conflicts.service.js';
import { GeometryChecker } from './geometry-checker.service.js';
import { keepLabels } from './label-gate.js';
import { Vocabulary } from './vocabulary.js';

// What higher features hand in and get back.
export type { AnnotationDraft, AnnotationRecord } from './annotation.js';

export { type FirstSet, firstSetOf } from './annotation-set.writer.js';

// How higher features tell whether a request is the same again.
export { requestedOf } from './annotation.js';

// How higher features say in their entity tags that labels were renamed.
export { renamesIn, withRenames } from './annotation-tags.js';

/** All annotations of an image, with what names this state of the set: its version, and the renames of its labels. */
export interface AnnotationSet {
  revision: string;
  annotations: AnnotationRecord[];
}

/** The same, after a client sent what it is to be. */
export interface ReplacedSet extends AnnotationSet {
  /** Where each of the sent annotations went, in their order; undefined where what others made of it was kept. */
  indexes: (number | undefined)[];
}

/** How a set is replaced. */
export interface SetReplacement extends WriteMode {
  /**
   * Of the set that the client started from: what others changed since is kept where the client left it alone.
   * Undefined: the set becomes what is sent.
   */
  baseVersion?: number | undefined;
}

/** The use cases of all annotations of an image together. */
@Injectable()
export class AnnotationSetsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: AnnotatedImages,
    private readonly repository: AnnotationsRepository,
    private readonly texts: AnnotationTextsRepository,
    private readonly vocabulary: Vocabulary,
    private readonly writer: AnnotationSetWriter,
    private readonly conflicts: SetConflicts,
    private readonly geometry: GeometryChecker,
    private readonly audit: AuditLog,
    private readonly environment: Environment,
  ) {}

  /** @throws AnnotatedImageNotFound */
  requireImage(caller: Caller, imageKey: string): Promise<AnnotatedImage> {
    return this.images.require(caller, imageKey);
  }

  /** @throws AnnotatedImageNotFound */
  async requireSet(caller: Caller, imageKey: string): Promise<AnnotationSet> {
    const set = await this.repository.findSet(caller, imageKey);
    if (!set) throw new AnnotatedImageNotFound(imageKey);
    const { image, annotations } = set;
    return { revision: revisionOf(image.setVersion, annotations), annotations };
  }

  /**
   * All annotations of an image as they are stored, ready to be sent.
   * @returns also the strong entity tag of just that
   * @throws AnnotatedImageNotFound
   */
  async writtenSet(
    caller: Caller,
    imageKey: string,
  ): Promise<{ annotations: JsonText; etag: string }> {
    const set = await this.texts.findSet(caller, imageKey);
    if (!set) throw new AnnotatedImageNotFound(imageKey);
    const { annotations, version, renames } = set;
    return { annotations, etag: `"${withRenames(renames, version).join('.')}"` };
  }

  /**
   * All annotations of an image, in the coordinates of a view.
   * @returns also the strong entity tag of just that
   * @throws AnnotatedImageNotFound | PictureMissing | AnnotationNotFound | InvalidRequest
   */
  async viewSet(
    caller: Caller,
    imageKey: string,
    view: AnnotationView,
  ): Promise<{ annotations: AnnotationRecord[]; etag: string }> {
    const set = await this.repository.findSet(caller, imageKey);
    if (!set) throw new AnnotatedImageNotFound(imageKey);
    const { annotations, revision } = viewed(set.image, set.annotations, view, this.environment);
    const stored = revisionOf(set.image.setVersion, set.annotations);
    return { annotations, etag: `"${revision ? `${stored}-${revision}` : stored}"` };
  }

  /**
   * Makes the image's annotations exactly these: those whose index is there are replaced (unless they
   * are equal), the others added, and what is not named is deleted.
   * @throws AnnotatedImageNotFound | AnnotationsChanged | TooManyAnnotations | NoNextIndex | ImpossibleGeometry |
   *   UnknownInstrument | UnknownBaseVersion | AnnotationConflict
   */
  async replaceSet(
    caller: Caller,
    imageKey: string,
    precondition: Precondition,
    drafts: readonly AnnotationDraft[],
    { baseVersion, ...mode }: SetReplacement,
  ): Promise<ReplacedSet> {
    const faults = await this.geometry.faultsOfSet(drafts);
    return transact(this.dataSource, mode, async (manager) => {
      const image = await this.images.lockIn(manager, caller, imageKey);
      // Else a label could be renamed between the comparison and the writing that it protects.
      if (precondition.isConditional || baseVersion !== undefined) await keepLabels(manager);
      const current = await this.repository.setOf(image.id, manager);
      await this.conflicts.assertHolds(manager, precondition, image, current);
      const named =
        baseVersion === undefined
          ? drafts
          : await this.conflicts.withLabelsOfNow(manager, image, current, drafts);
      const impossible = [...faults, ...setOutsideFaults(drafts, image.size)];
      if (impossible.length > 0) {
        const [unknown = []] = await this.vocabulary.findUnknown(manager, [named]);
        assertPossible([...impossible, ...unknown]);
      }
      await this.vocabulary.assertKnown(manager, { annotations: named });
      const sent = placed(named, image.highestIndex);
      const wanted =
        baseVersion === undefined
          ? sent
          : await this.conflicts.merge(manager, image, current, sent, baseVersion);
      const isChanged = await this.writeSet(manager, caller, image, current, wanted);
      const annotations = await this.repository.setOf(image.id, manager);
      const version = image.setVersion + (isChanged ? 1 : 0);
      const kept = new Set(wanted);
      const indexes = sent.map((draft) => (kept.has(draft) ? draft.index : undefined));
      return { revision: revisionOf(version, annotations), annotations, indexes };
    });
  }

  /** What makes annotations impossible that are to be the first of an image. */
  async faultsOf(
    drafts: readonly AnnotationDraft[],
    size: AnnotatedImage['size'],
  ): Promise<Fault[]> {
    return [...(await this.geometry.faultsOfSet(drafts)), ...setOutsideFaults(drafts, size)];
  }

  /**
   * Stores the first annotations of an image that the same transaction has made.
   * @param faults that make them impossible
   * @throws NoNextIndex | ImpossibleGeometry | UnknownInstrument
   */
  async createSetIn(
    manager: EntityManager,
    caller: Caller,
    imageId: string,
    drafts: readonly AnnotationDraft[],
    faults: readonly Fault[],
  ): Promise<void> {
    assertPossible(faults);
    if (drafts.length === 0) return;
    await this.vocabulary.assertKnown(manager, { annotations: drafts });
    const store = placed(drafts, -1);
    await this.writer.write(manager, caller, emptyImage(imageId), { before: [], store });
  }

  /** What makes annotations impossible that are to be the first of several images without a picture, for each. */
  faultsOfFirst(sets: readonly (readonly AnnotationDraft[])[]): Promise<Fault[][]> {
    return this.geometry.faultsOfSets(sets);
  }

  /** The labels of annotations that a closed vocabulary lacks now, named by their places. */
  async unknownLabels(sets: readonly (readonly AnnotationDraft[])[]): Promise<Fault[][]> {
    return this.vocabulary.findUnknown(this.dataSource.manager, sets);
  }

  /**
   * Stores the first annotations of images that the same transaction has made with the columns of those sets.
   * @throws UnknownInstrument when a closed vocabulary lost a label since {@link unknownLabels}
   */
  createSetsIn(
    manager: EntityManager,
    caller: Caller,
    sets: readonly { imageId: string; first: FirstSet }[],
  ): Promise<void> {
    return this.writer.writeFirst(manager, caller, sets);
  }

  /** How often the labels of the annotations of several images were renamed, all together; 0 is not in the map. */
  renamesOfAll(imageIds: readonly string[]): Promise<Map<string, number>> {
    return this.vocabulary.renamesOfAll(this.dataSource.manager, imageIds);
  }

  /** The annotations of several images, by index; an image without any is not in the map. */
  listOf(
    imageIds: readonly string[],
    manager?: EntityManager,
  ): Promise<Map<string, AnnotationRecord[]>> {
    return this.repository.listOf(imageIds, manager);
  }

  /** The same as JSON that is ready to be sent; every image that is there, and that the caller sees, is in the map. */
  writtenSetsOf(caller: Caller, imageIds: readonly string[]): Promise<Map<string, JsonText>> {
    return this.texts.listOf(caller, imageIds);
  }

  /**
   * Makes sure that the annotations of an image lie inside a picture that it is to get.
   * @throws AnnotationsOutsidePicture
   */
  async assertFitIn(
    manager: EntityManager,
    imageId: string,
    size: { width: number; height: number },
  ): Promise<void> {
    const annotations = await this.repository.setOf(imageId, manager);
    const faults = annotations.flatMap((annotation) =>
      outsideFaultsOf(annotation, ['annotations', annotation.index], size),
    );
    if (faults.length > 0) throw new AnnotationsOutsidePicture(size.width, size.height, faults);
  }

  /** How often the labels of an image's annotations were renamed, all together. */
  renamesOf(manager: EntityManager, imageId: string): Promise<number> {
    return this.vocabulary.renamesOf(manager, imageId);
  }

  /** @returns whether anything changed */
  private async writeSet(
    manager: EntityManager,
    caller: Caller,
    image: AnnotatedImage,
    before: readonly AnnotationRecord[],
    wanted: readonly PlacedDraft[],
  ): Promise<boolean> {
    const current = new Map(before.map((item) => [item.index, item]));
    const store = wanted.filter((draft) => {
      const there = current.get(draft.index);
      return there === undefined || !isSameContent(there, draft);
    });
    const kept = new Set(wanted.map(({ index }) => index));
    const remove = [...current.keys()].filter((index) => !kept.has(index));
    if (store.length === 0 && remove.length === 0) return false;
    const touched = [...remove, ...store.map(({ index }) => index)];
    const gone = touched.flatMap((index) => current.get(index) ?? []);
    await this.writer.write(manager, caller, image, { before: gone, store, remove });
    const subject = pathOf('images', image.key, 'annotations');
    await this.audit.recordIn(manager, caller, 'annotation-set.replaced', subject, image.clientId);
    return true;
  }
}

// What the writer needs to know of an image that was made a moment ago. Its first set is version 1.
function emptyImage(id: string) {
  return { id, setVersion: 0, highestIndex: -1, count: 0, bytes: 0 };
}
