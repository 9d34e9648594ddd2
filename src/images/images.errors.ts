import { DomainError, type Fault } from '../errors/domain-error.js';
import { MAX_FAULTS } from '../errors/invalid-request.js';

/** No image in use has this key (404). */
export class ImageNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'image-not-found';
  constructor(key: string) {
    super(`No image has the key "${key}".`);
  }
}

/** The image's record has no picture yet (404). */
export class PictureNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'picture-not-found';
  constructor(key: string) {
    super(`The image "${key}" has no picture yet.`);
  }
}

/**
 * The stored file of a picture is missing or damaged (503). For a moment that is so when another picture
 * takes its place: the record then names the new one.
 */
export class PictureFileLost extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'storage-unavailable';
  constructor(options?: ErrorOptions) {
    super('The file of the picture cannot be read at the moment.', options);
  }
}

/** An image with this key exists, and it was not made by an equal request (409). */
export class ImageExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'image-exists';
  constructor(key: string) {
    super(`Another image with the key "${key}" exists already.`);
  }
}

/** An image with this key is in the trash: restore or purge it first (409). */
export class ImageInTrash extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'image-in-trash';
  constructor(key: string) {
    super(`An image with the key "${key}" is in the trash: restore or purge it.`);
  }
}

/** The image is in use, so there is nothing to restore (409). */
export class ImageNotInTrash extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'image-not-in-trash';
  constructor(key: string) {
    super(`The image "${key}" is not in the trash.`);
  }
}

/** The record names a user or location that does not exist (422). */
export class UnknownReference extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'unknown-reference';
  override readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('The image names something that does not exist.');
    this.faults = faults.slice(0, MAX_FAULTS);
  }
}
