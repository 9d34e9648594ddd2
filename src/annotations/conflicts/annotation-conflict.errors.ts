import { DomainError, type Fault } from '../../errors/domain-error.js';
import { MAX_FAULTS } from '../../errors/invalid-request.js';
import { type CurrentState, PreconditionFailed } from '../../errors/precondition.js';
import type { AnnotationContent, AnnotationRecord } from '../annotation.js';

/** An edit that does not go together with what is there by now. */
export interface Conflict {
  index: number;
  /** The edit's place in the request. */
  pointer: string;
  detail: string;
  /** What was to be; null to delete it. */
  sent: AnnotationContent | null;
  /** What the client started from; null if there was nothing, or it is not known. */
  base: AnnotationContent | null;
  current: AnnotationRecord | null;
  /** When and by whom it was changed last since; null if it was not. */
  changedAt: Date | null;
  changedBy: string | null;
}

/** Edits of a set touch annotations that somebody else changed, took or deleted meanwhile (409). */
export class AnnotationConflict extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'annotation-conflict';
  override readonly faults: readonly Fault[];
  override members: Readonly<Record<string, unknown>>;
  /** As many as are told. */
  readonly conflicts: readonly Conflict[];

  constructor(
    readonly imageKey: string,
    set: { etag: string; version: number },
    conflicts: readonly Conflict[],
  ) {
    super('Some annotations are not what these edits start from. Nothing was changed.');
    this.conflicts = conflicts.slice(0, MAX_FAULTS);
    this.faults = this.conflicts.map(({ pointer, detail }) => ({ pointer, detail }));
    this.members = { current_etag: set.etag, current_version: set.version };
  }

  /** Adds the conflicts as the wire has them. */
  tell(present: (conflict: Conflict) => unknown): void {
    this.members = { ...this.members, conflicts: this.conflicts.map(present) };
  }
}

/** The body starts from a version that the set does not have yet (422). */
export class UnknownBaseVersion extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'unknown-base-version';
  override readonly faults: readonly Fault[];
  constructor(current: number) {
    super(`The set is at version ${current}: no one can have read a later one.`);
    this.faults = [{ pointer: '#/base_version', detail: `must not be greater than ${current}` }];
  }
}

/** An annotation, or the set of an image, is not the one that If-Match names; with what it is instead (412). */
export class AnnotationsChanged extends PreconditionFailed {
  /**
   * @param current the annotation that was asked for, null if there is none, or all of the set
   * @param differing the indexes that changed since; undefined if nobody can tell
   */
  constructor(
    resource: 'annotation' | 'annotation-set',
    state: CurrentState | undefined,
    readonly imageKey: string,
    readonly current: AnnotationRecord | null | readonly AnnotationRecord[],
    differing: readonly number[] | undefined,
  ) {
    super(resource, state);
    this.members = { ...this.members, differing_indexes: differing ?? null };
  }

  /** Adds what is there now, as the wire has it. */
  tell(present: (annotation: AnnotationRecord) => unknown): void {
    const { current } = this;
    const presented = isSet(current) ? current.map(present) : current && present(current);
    this.members = { ...this.members, current: presented };
  }
}

function isSet(
  current: AnnotationRecord | null | readonly AnnotationRecord[],
): current is readonly AnnotationRecord[] {
  return Array.isArray(current);
}
