import { DomainError } from './domain-error.js';

/** Who changed a resource last, and to what, as a stale writer needs to know it. */
export interface CurrentState {
  /** The strong entity tag of the current representation, with its quotes. */
  etag: string;
  version: number;
  /** Null if it never was. */
  changedAt: Date | null;
  changedBy: string | null;
}

/** What If-Match can protect; the problem's code is this word with "-changed". */
export type ConditionalResource =
  | 'user'
  | 'location'
  | 'image'
  | 'picture'
  | 'annotation'
  | 'annotation-set'
  | 'instrument'
  | 'comment';

/** The resource is not the one that the request's If-Match names, or one that its If-None-Match excludes (412). */
export class PreconditionFailed extends DomainError {
  readonly kind = 'precondition-failed';
  readonly code: string;
  override members: Readonly<Record<string, unknown>>;

  constructor(
    resource: ConditionalResource,
    current: CurrentState | undefined,
    header: 'If-Match' | 'If-None-Match' = 'If-Match',
  ) {
    super(detailOf(nameOf(resource), current, header));
    this.code = `${resource}-changed`;
    this.members = {
      current_etag: current?.etag ?? null,
      current_version: current?.version ?? null,
      changed_by: current?.changedBy ?? null,
      changed_at: current?.changedAt?.toISOString() ?? null,
    };
  }
}

function detailOf(name: string, current: CurrentState | undefined, header: string): string {
  if (!current) return `There is no ${name}, so no ETag matches it.`;
  if (header === 'If-None-Match')
    return `If-None-Match excludes the ${name} that is there: its ETag is ${current.etag}.`;
  return `The ${name} changed since it was read: its ETag is now ${current.etag}.`;
}

function nameOf(resource: ConditionalResource): string {
  return resource.replace('-', ' ');
}

/** REQUIRE_IF_MATCH is set and the write does not say what it was based on (428). */
export class PreconditionRequired extends DomainError {
  readonly kind = 'precondition-required';
  readonly code = 'precondition-required';
  constructor() {
    super('This service takes no write without If-Match: send the ETag that you read.');
  }
}

/**
 * What a write demands of the resource it changes: RFC 9110 sections 13.1.1 and 13.1.2. Entity tags are compared
 * whole and strongly, so a weak tag never matches; `*` matches whatever exists.
 */
export class Precondition {
  /** A write that demands nothing. */
  static readonly none = new Precondition(undefined, false);

  /**
   * @param tags those of If-Match
   * @param required whether there must be an If-Match
   * @param excluded those of If-None-Match
   */
  constructor(
    private readonly tags: readonly string[] | '*' | undefined,
    private readonly required: boolean,
    private readonly excluded?: readonly string[] | '*',
  ) {}

  /** Whether it depends on what the resource is. */
  get isConditional(): boolean {
    return this.tags !== undefined || this.excluded !== undefined;
  }

  /** The entity tags that it names, with their quotes; none if it names no particular one. */
  get entityTags(): readonly string[] {
    return this.tags === '*' ? [] : (this.tags ?? []);
  }

  /** @throws PreconditionRequired when the service asks for If-Match and there is none */
  assertPresent(): void {
    if (this.required && this.tags === undefined) throw new PreconditionRequired();
  }

  /**
   * @param current state of the resource now, or undefined if it does not exist yet
   * @throws PreconditionRequired | PreconditionFailed
   */
  assertHolds(resource: ConditionalResource, current: CurrentState | undefined): void {
    // Where there is nothing yet, nothing can be overwritten.
    if (current) this.assertPresent();
    if (this.tags !== undefined && !(current && isAmong(current, this.tags)))
      throw new PreconditionFailed(resource, current);
    if (this.excluded !== undefined && current && isAmong(current, this.excluded))
      throw new PreconditionFailed(resource, current, 'If-None-Match');
  }
}

function isAmong({ etag }: CurrentState, tags: readonly string[] | '*'): boolean {
  return tags === '*' || tags.includes(etag);
}
