import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { Environment } from '../config/environment.js';
import {
  type AnnotatedImage,
  type AnnotationDraft,
  type AnnotationRecord,
  type Measures,
  measuresOf,
} from './annotation.js';
import { NoNextIndex, TooManyAnnotations } from './annotations.errors.js';
import { AnnotationsRepository } from './annotations.repository.js';
import type { VersionChange } from './history/annotation-version.js';
import { Vocabulary } from './vocabulary.js';

// PostgreSQL's integer.
const HIGHEST_INDEX = 2_147_483_647;

/** An annotation to store at its index. */
export type PlacedDraft = AnnotationDraft & { index: number };

/** One change of an image's annotation set. */
export interface SetEdit {
  /** The annotations that are there now and that the edit replaces or removes. */
  before: readonly AnnotationRecord[];
  store: readonly PlacedDraft[];
  remove?: readonly number[];
  /** Why it is stored, unless because it is new or replaces what was there. */
  change?: VersionChange;
}

/** Writes annotations with their history and keeps what their image knows of them; the image must be locked. */
@Injectable()
export class AnnotationSetWriter {
  constructor(
    private readonly annotations: AnnotationsRepository,
    private readonly vocabulary: Vocabulary,
    private readonly environment: Environment,
  ) {}

  /**
   * Carries out an edit and raises the version of the set.
   * @throws TooManyAnnotations | UnknownInstrument
   */
  async write(
    manager: EntityManager,
    caller: Caller,
    image: Pick<AnnotatedImage, 'id' | 'setVersion' | 'highestIndex' | 'count' | 'bytes'>,
    edit: SetEdit,
  ): Promise<void> {
    const count = image.count - edit.before.length + edit.store.length;
    const { maxAnnotations } = this.environment;
    if (count > maxAnnotations) throw new TooManyAnnotations(maxAnnotations);
    const deed = { at: new Date(), by: caller.name, setVersion: image.setVersion + 1 };
    const replaced = new Set(edit.before.map(({ index }) => index));
    const contents = await this.labelled(
      manager,
      edit.store.map((draft) => ({
        ...draft,
        ...measuresOf(draft),
        imageId: image.id,
        change: edit.change ?? (replaced.has(draft.index) ? 'replaced' : 'created'),
      })),
    );
    await this.annotations.upsert(manager, contents, deed);
    await this.annotations.markDeleted(manager, image.id, edit.remove ?? [], deed);
    await this.annotations.recordChange(
      manager,
      image.id,
      {
        highestIndex: Math.max(image.highestIndex, ...edit.store.map(({ index }) => index)),
        count,
        bytes: image.bytes - bytesOf(edit.before) + bytesOf(contents),
      },
      deed,
    );
  }

  /**
   * Stores the first annotations of several images that the same transaction has made, knowing of them already.
   * @throws UnknownInstrument
   */
  async writeFirst(
    manager: EntityManager,
    caller: Caller,
    sets: readonly { imageId: string; first: FirstSet }[],
  ): Promise<void> {
    const contents = sets.flatMap(({ imageId, first }) =>
      first.contents.map((content) => ({ ...content, imageId, change: 'created' as const })),
    );
    const labelled = await this.labelled(manager, contents);
    const deed = { at: new Date(), by: caller.name, setVersion: FIRST_SET_VERSION };
    await this.annotations.upsert(manager, labelled, deed);
  }

  private async labelled<T extends { instrument: string }>(
    manager: EntityManager,
    contents: readonly T[],
  ): Promise<(T & { instrumentId: string })[]> {
    const names = contents.map(({ instrument }) => instrument);
    const ids = await this.vocabulary.idsOf(manager, names);
    return contents.map((content) => ({
      ...content,
      instrumentId: ids.get(content.instrument) ?? '',
    }));
  }
}

/** That of an image that was made with annotations. */
const FIRST_SET_VERSION = 1;

/** The first annotations of an image that is to be made, and what the image knows of them from the beginning. */
export interface FirstSet {
  contents: readonly (PlacedDraft & Measures)[];
  columns: {
    annotationSetVersion: number;
    highestAnnotationIndex: number;
    annotationCount: number;
    annotationBytes: number;
  };
}

/** @throws NoNextIndex */
export function firstSetOf(drafts: readonly AnnotationDraft[]): FirstSet {
  const contents = placed(drafts, -1).map((draft) => ({ ...draft, ...measuresOf(draft) }));
  return {
    contents,
    columns: {
      annotationSetVersion: contents.length > 0 ? FIRST_SET_VERSION : 0,
      highestAnnotationIndex: Math.max(-1, ...contents.map(({ index }) => index)),
      annotationCount: contents.length,
      annotationBytes: bytesOf(contents),
    },
  };
}

/**
 * Gives every draft without an index the next one behind the highest ever used, in order.
 * @throws NoNextIndex
 */
export function placed(drafts: readonly AnnotationDraft[], highestIndex: number): PlacedDraft[] {
  let highest = Math.max(highestIndex, ...drafts.map(({ index }) => index ?? -1));
  return drafts.map((draft) => {
    if (draft.index !== undefined) return { ...draft, index: draft.index };
    if (highest >= HIGHEST_INDEX) throw new NoNextIndex();
    highest += 1;
    return { ...draft, index: highest };
  });
}

// As they were stored, not measured again: the label may be called something else by now.
function bytesOf(contents: readonly Measures[]): number {
  return contents.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
}
