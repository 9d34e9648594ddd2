import { DomainError } from '../../errors/domain-error.js';

/** The annotation never had this version, or it is not kept any more (404). */
export class AnnotationVersionNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'annotation-version-not-found';
  constructor(index: number, version: number | undefined) {
    super(
      version === undefined
        ? `No earlier version of the annotation ${index} is kept.`
        : `No version ${version} of the annotation ${index} is kept.`,
    );
  }
}
