import { DomainError } from '../errors/domain-error.js';

/** The filters let no image with a picture through, and a manifest cannot be empty (404). */
export class NoPictureFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'no-picture-found';
  constructor() {
    super('No image with a picture matches, and a manifest cannot be empty.');
  }
}
