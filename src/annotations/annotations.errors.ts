import { DomainError, type Fault } from '../errors/domain-error.js';
import { MAX_FAULTS } from '../errors/invalid-request.js';

/** No image in use has this key (404). */
export class AnnotatedImageNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'image-not-found';
  constructor(key: string) {
    super(`No image has the key "${key}".`);
  }
}

/** The image has no picture whose pixels could be meant (404). */
export class PictureMissing extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'picture-not-found';
  constructor(key: string) {
    super(`The image "${key}" has no picture yet.`);
  }
}

/** The image has no annotation of this index (404). */
export class AnnotationNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'annotation-not-found';
  constructor(key: string, index: number) {
    super(`The image "${key}" has no annotation ${index}.`);
  }
}

/** The image has an annotation of this index already (409). */
export class AnnotationExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'annotation-exists';
  constructor(index: number) {
    super(`The image has an annotation ${index} already.`);
  }
}

/** The image carries as many annotations as one may (409). */
export class TooManyAnnotations extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'too-many-annotations';
  constructor(maxAnnotations: number) {
    super(`An image carries at most ${maxAnnotations} annotations.`);
  }
}

/** The highest index is used, so that there is no next one: name a free index (409). */
export class NoNextIndex extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'no-next-index';
  constructor() {
    super('The highest index there can be is used: name a free one.');
  }
}

/** A geometry cannot be what it says it is: it crosses itself, has no area or leaves the picture (422). */
export class ImpossibleGeometry extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'impossible-geometry';
  override readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('A geometry is not possible.');
    this.faults = faults.slice(0, MAX_FAULTS);
  }
}

/** Annotations that are there already lie outside the picture that is to be attached (422). */
export class AnnotationsOutsidePicture extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'annotations-outside-picture';
  override readonly faults: readonly Fault[];
  constructor(width: number, height: number, faults: readonly Fault[]) {
    super(`Annotations of the image lie outside a picture of ${width} x ${height} pixels.`);
    this.faults = faults.slice(0, MAX_FAULTS);
  }
}
