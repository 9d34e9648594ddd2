import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PreconditionFailed, type Precondition } from '../../errors/precondition.js';
import { jsonPointer } from '../../errors/json-pointer.js';
import type { AnnotatedImage, AnnotationDraft, AnnotationRecord } from '../annotation.js';
import { renamesIn, revisionOf } from '../annotation-tags.js';
import type { PlacedDraft } from '../annotation-set.writer.js';
import {
  AnnotationConflict,
  AnnotationsChanged,
  type Conflict,
  UnknownBaseVersion,
} from './annotation-conflict.errors.js';
import type { ChangeSince, Content } from './change-since.js';
import { lastChange } from './last-change.js';
import { SetChangesRepository } from './set-changes.repository.js';
import { merged } from './three-way-merge.js';

/** One edit of a set: what an annotation is to be, and where that stands in the request. */
export interface Edit {
  index: number;
  pointer: string;
  /** Undefined to delete it. */
  wanted: PlacedDraft | undefined;
}

/** Tells and resolves that two writers edit the set of an image at the same time; the image must be locked. */
@Injectable()
export class SetConflicts {
  constructor(private readonly changes: SetChangesRepository) {}

  /** @throws PreconditionRequired | AnnotationsChanged */
  async assertHolds(
    manager: EntityManager,
    precondition: Precondition,
    image: AnnotatedImage,
    current: readonly AnnotationRecord[],
  ): Promise<void> {
    const state = {
      etag: `"${revisionOf(image.setVersion, current)}"`,
      version: image.setVersion,
      ...lastChange(image, current),
    };
    try {
      precondition.assertHolds('annotation-set', state);
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      const differing = await this.differingFrom(manager, precondition, image, current);
      throw new AnnotationsChanged('annotation-set', state, image.key, current, differing);
    }
  }

  /**
   * What changed since a version of the set, by index.
   * @throws UnknownBaseVersion
   */
  async changesSince(
    manager: EntityManager,
    image: AnnotatedImage,
    baseVersion: number,
  ): Promise<ReadonlyMap<number, ChangeSince>> {
    if (baseVersion > image.setVersion) throw new UnknownBaseVersion(image.setVersion);
    if (baseVersion === image.setVersion) return new Map();
    return this.changes.listSince(manager, image.id, baseVersion);
  }

  /**
   * Annotations as a client sends them who may not know yet that labels were renamed: a name that the label of the
   * annotation at that index had before, and that no label has now, is taken for its name of now.
   */
  async withLabelsOfNow<T extends AnnotationDraft>(
    manager: EntityManager,
    image: AnnotatedImage,
    current: readonly AnnotationRecord[],
    drafts: readonly T[],
  ): Promise<T[]> {
    const there = new Map(current.map((annotation) => [annotation.index, annotation]));
    const isOther = ({ index = -1, instrument }: T) => {
      const annotation = there.get(index);
      return annotation && annotation.renames > 0 && annotation.instrument !== instrument;
    };
    const indexes = drafts.filter(isOther).map(({ index = -1 }) => index);
    if (indexes.length === 0) return [...drafts];
    const former = await this.changes.formerLabels(manager, image.id, indexes);
    return drafts.map((draft) => {
      const { index = -1, instrument } = draft;
      const now = former.get(index)?.has(instrument) ? there.get(index)?.instrument : undefined;
      return now === undefined ? draft : { ...draft, instrument: now };
    });
  }

  /**
   * The set that a client wants who started from an earlier one, with what others did since: of annotations that it
   * left alone they stay what they are.
   * @param wanted all of its annotations, in the order of the request
   * @throws UnknownBaseVersion | AnnotationConflict
   */
  async merge(
    manager: EntityManager,
    image: AnnotatedImage,
    current: readonly AnnotationRecord[],
    wanted: readonly PlacedDraft[],
    baseVersion: number,
  ): Promise<PlacedDraft[]> {
    const changes = await this.changesSince(manager, image, baseVersion);
    if (changes.size === 0) return [...wanted];
    const there = new Map(current.map((annotation) => [annotation.index, annotation]));
    const set = new Map(wanted.map((draft) => [draft.index, draft]));
    const places = new Map(wanted.map(({ index }, place) => [index, place]));
    const conflicts: Conflict[] = [];
    for (const [index, change] of changes) {
      const outcome = merged(change.base, there.get(index), set.get(index));
      if (outcome === 'conflict') {
        const place = places.get(index);
        const pointer = jsonPointer(place === undefined ? ['annotations'] : ['annotations', place]);
        const edit = { index, pointer, wanted: set.get(index) };
        conflicts.push(conflictOf(edit, there.get(index), change));
      } else if (outcome === 'current') keep(set, index, there.get(index));
    }
    this.assertNone(image, current, conflicts);
    return [...set.values()];
  }

  /** @throws AnnotationConflict if there are any */
  assertNone(
    image: AnnotatedImage,
    current: readonly AnnotationRecord[],
    conflicts: readonly Conflict[],
  ): void {
    if (conflicts.length === 0) return;
    const etag = `"${revisionOf(image.setVersion, current)}"`;
    throw new AnnotationConflict(image.key, { etag, version: image.setVersion }, conflicts);
  }

  /** The indexes that changed since the client read the set; undefined if its entity tag says nothing. */
  private async differingFrom(
    manager: EntityManager,
    precondition: Precondition,
    image: AnnotatedImage,
    current: readonly AnnotationRecord[],
  ): Promise<number[] | undefined> {
    const read = precondition.entityTags.map(versionsIn).find((versions) => versions !== undefined);
    if (!read || read.setVersion > image.setVersion) return undefined;
    const changed = await this.changes.indexesSince(manager, image.id, read.setVersion);
    // Which labels were renamed since is not told by the tag: all that ever were may be.
    const renamed =
      read.renames === renamesIn(current) ? [] : current.filter(({ renames }) => renames > 0);
    const indexes = new Set([...changed, ...renamed.map(({ index }) => index)]);
    return [...indexes].sort((a, b) => a - b);
  }
}

/** An edit that cannot be, as the client is told. */
export function conflictOf(
  { index, pointer, wanted }: Edit,
  current: AnnotationRecord | undefined,
  change?: ChangeSince,
): Conflict {
  return {
    index,
    pointer,
    detail: detailOf(index, wanted, current, change),
    sent: wanted ?? null,
    base: change?.base.forms[0] ?? null,
    current: current ?? null,
    changedAt: change?.at ?? null,
    changedBy: change?.by ?? null,
  };
}

function detailOf(
  index: number,
  wanted: Content,
  current: AnnotationRecord | undefined,
  change?: ChangeSince,
): string {
  if (!change)
    return current ? `annotation ${index} is there already` : `there is no annotation ${index}`;
  const when = told(change);
  if (!current) return `annotation ${index} was deleted${when}`;
  const isNew = change.base.forms.length > 0 && change.base.forms[0] === undefined;
  if (isNew)
    return `annotation ${index} was made${told({ by: current.createdBy, at: current.createdAt })}`;
  return `annotation ${index} was changed${when}${wanted ? '' : ', so it is not deleted'}`;
}

function told({ by, at }: Pick<ChangeSince, 'by' | 'at'>): string {
  return `${by === null ? '' : ` by ${by}`} at ${at.toISOString()}`;
}

function keep(set: Map<number, PlacedDraft>, index: number, there: PlacedDraft | undefined): void {
  if (there) set.set(index, there);
  else set.delete(index);
}

// "7", or "7.2" where labels were renamed; of the views of a set, "7-…", the same.
function versionsIn(tag: string): { setVersion: number; renames: number } | undefined {
  const found = /^"(\d{1,10})(?:\.(\d{1,15}))?(?:-[^"]*)?"$/.exec(tag);
  return found ? { setVersion: Number(found[1]), renames: Number(found[2] ?? 0) } : undefined;
}
