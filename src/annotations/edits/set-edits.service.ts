import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../../access/audit-log.service.js';
import type { Caller } from '../../access/caller.js';
import { transact, type WriteMode } from '../../database/rehearsal.js';
import { jsonPointer } from '../../errors/json-pointer.js';
import type { Precondition } from '../../errors/precondition.js';
import { pathOf } from '../../http/reply.js';
import { AnnotatedImages } from '../annotated-images.js';
import { type AnnotatedImage, type AnnotationRecord, isSameContent } from '../annotation.js';
import { assertPossible, setOutsideFaults } from '../annotation-geometry.js';
import { AnnotationSetWriter, placed } from '../annotation-set.writer.js';
import { revisionOf } from '../annotation-tags.js';
import { AnnotationsRepository } from '../annotations.repository.js';
import type { ChangeSince } from '../conflicts/change-since.js';
import { conflictOf, type Edit, SetConflicts } from '../conflicts/set-conflicts.service.js';
import { merged } from '../conflicts/three-way-merge.js';
import { GeometryChecker } from '../geometry-checker.service.js';
import { keepLabels } from '../label-gate.js';
import { Vocabulary } from '../vocabulary.js';
import type { EditResult, SetEdits } from './set-edits.js';

/** An edit, and what it is called where it was done. */
type NamedEdit = Edit & { kind: EditResult['kind'] };

/** Carries out several edits of the annotations of an image in one transaction. */
@Injectable()
export class SetEditsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: AnnotatedImages,
    private readonly annotations: AnnotationsRepository,
    private readonly conflicts: SetConflicts,
    private readonly vocabulary: Vocabulary,
    private readonly writer: AnnotationSetWriter,
    private readonly geometry: GeometryChecker,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Creates, replaces and deletes annotations, all or none. With a base version edits are refused of what somebody
   * else changed since, and only of that; what is as it was to be already is left alone.
   * @returns what every edit came to, in the order of the request, and what names the set as it is now
   * @throws AnnotatedImageNotFound | AnnotationsChanged | AnnotationConflict | TooManyAnnotations | NoNextIndex |
   *   ImpossibleGeometry | UnknownInstrument | UnknownBaseVersion
   */
  async edit(
    caller: Caller,
    imageKey: string,
    precondition: Precondition,
    edits: SetEdits,
    mode: WriteMode,
  ): Promise<{ results: EditResult[]; revision: string }> {
    const faults = [
      ...(await this.geometry.faultsOfSet(edits.create, 'create')),
      ...(await this.geometry.faultsOfSet(edits.replace, 'replace')),
    ];
    return transact(this.dataSource, mode, async (manager) => {
      const image = await this.images.lockIn(manager, caller, imageKey);
      // Else a label could be renamed between the comparison and the writing that it protects.
      if (precondition.isConditional || edits.baseVersion !== undefined) await keepLabels(manager);
      const before = await this.annotations.setOf(image.id, manager);
      await this.conflicts.assertHolds(manager, precondition, image, before);
      const replace =
        edits.baseVersion === undefined
          ? edits.replace
          : await this.conflicts.withLabelsOfNow(manager, image, before, edits.replace);
      const named = namedEdits({ ...edits, replace }, image.highestIndex);
      const wanted = await this.withoutConflicts(manager, image, before, named, edits.baseVersion);
      assertPossible([
        ...faults,
        ...setOutsideFaults(edits.create, image.size, 'create'),
        ...setOutsideFaults(edits.replace, image.size, 'replace'),
      ]);
      await this.vocabulary.assertKnown(manager, { create: edits.create, replace });
      const isChanged = await this.write(manager, caller, image, before, wanted);
      const after = isChanged ? await this.annotations.setOf(image.id, manager) : before;
      const version = image.setVersion + (isChanged ? 1 : 0);
      return { results: resultsOf(named, after), revision: revisionOf(version, after) };
    });
  }

  /** The edits that are to be done, where all of them can be. */
  private async withoutConflicts(
    manager: EntityManager,
    image: AnnotatedImage,
    before: readonly AnnotationRecord[],
    edits: readonly NamedEdit[],
    baseVersion: number | undefined,
  ): Promise<NamedEdit[]> {
    const changes =
      baseVersion === undefined
        ? undefined
        : await this.conflicts.changesSince(manager, image, baseVersion);
    const there = byIndex(before);
    const outcomes = edits.map((edit) => ({
      edit,
      outcome: outcomeOf(edit, there.get(edit.index), changes),
    }));
    const conflicts = outcomes
      .filter(({ outcome }) => outcome === 'conflict')
      .map(({ edit }) => conflictOf(edit, there.get(edit.index), changes?.get(edit.index)));
    this.conflicts.assertNone(image, before, conflicts);
    return outcomes.filter(({ outcome }) => outcome === 'wanted').map(({ edit }) => edit);
  }

  /** @returns whether anything changed */
  private async write(
    manager: EntityManager,
    caller: Caller,
    image: AnnotatedImage,
    before: readonly AnnotationRecord[],
    edits: readonly NamedEdit[],
  ): Promise<boolean> {
    const there = byIndex(before);
    const store = edits.flatMap(({ wanted }) => {
      const current = wanted && there.get(wanted.index);
      return wanted && !(current && isSameContent(current, wanted)) ? [wanted] : [];
    });
    const remove = edits.flatMap(({ wanted, index }) => (wanted ? [] : [index]));
    if (store.length === 0 && remove.length === 0) return false;
    const touched = [...remove, ...store.map(({ index }) => index)];
    const gone = touched.flatMap((index) => there.get(index) ?? []);
    await this.writer.write(manager, caller, image, { before: gone, store, remove });
    const subject = pathOf('images', image.key, 'annotations');
    await this.audit.recordIn(manager, caller, 'annotation-set.edited', subject, image.clientId);
    return true;
  }
}

function namedEdits({ create, replace, remove }: SetEdits, highestIndex: number): NamedEdit[] {
  const at = (list: string, place: number) => jsonPointer([list, place]);
  return [
    ...placed(create, highestIndex).map((wanted, place) => ({
      kind: 'created' as const,
      index: wanted.index,
      pointer: at('create', place),
      wanted,
    })),
    ...replace.map((wanted, place) => ({
      kind: 'replaced' as const,
      index: wanted.index,
      pointer: at('replace', place),
      wanted,
    })),
    ...remove.map((index, place) => ({
      kind: 'deleted' as const,
      index,
      pointer: at('delete', place),
      wanted: undefined,
    })),
  ];
}

function outcomeOf(
  { kind, index, wanted }: NamedEdit,
  current: AnnotationRecord | undefined,
  changes: ReadonlyMap<number, ChangeSince> | undefined,
): 'current' | 'wanted' | 'conflict' {
  const change = changes?.get(index);
  if (change) {
    const outcome = merged(change.base, current, wanted);
    // What was not there when the client read the set cannot be what it means to delete.
    return kind === 'deleted' && current && outcome === 'current' ? 'conflict' : outcome;
  }
  const isThere = current !== undefined;
  return isThere === (kind !== 'created') ? 'wanted' : 'conflict';
}

function resultsOf(edits: readonly NamedEdit[], after: readonly AnnotationRecord[]): EditResult[] {
  const there = byIndex(after);
  return edits.map(({ pointer, kind, index }) => ({
    pointer,
    kind,
    index,
    annotation: there.get(index),
  }));
}

function byIndex(annotations: readonly AnnotationRecord[]): Map<number, AnnotationRecord> {
  return new Map(annotations.map((annotation) => [annotation.index, annotation]));
}
