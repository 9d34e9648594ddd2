import { DomainError, type Fault } from '../errors/domain-error.js';

/** The image has no comment of this id, or none any more (404). */
export class CommentNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'comment-not-found';
  constructor(key: string, id: string) {
    super(`The image "${key}" has no comment "${id}".`);
  }
}

/** The comment is about an annotation that the image does not have (422). */
export class UnknownAnnotation extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'unknown-annotation';
  override readonly faults: readonly Fault[];
  constructor(index: number) {
    super('The comment is about an annotation that does not exist.');
    const detail = `the image has no annotation ${index}`;
    this.faults = [{ pointer: '#/annotation_index', detail }];
  }
}

/** Somebody else wrote the comment (403). */
export class NotTheAuthor extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'not-the-author';
  constructor() {
    super('Only who wrote a comment, or an admin, changes its text or deletes it.');
  }
}
