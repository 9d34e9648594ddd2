import { DomainError } from '../errors/domain-error.js';

/** There is no room for more files (507). Reads go on, and so do writes as soon as there is room. */
export class StorageFull extends DomainError {
  readonly kind = 'storage-full';
  readonly code = 'storage-full';
  constructor(options?: ErrorOptions) {
    super('The storage is full: nothing was kept.', options);
  }
}

/** Files cannot be read or written at the moment (503). */
export class StorageUnavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'storage-unavailable';
  constructor(options?: ErrorOptions) {
    super('The storage does not answer at the moment.', options);
  }
}
