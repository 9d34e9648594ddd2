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

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const UNAVAILABLE_CODES = new Set([
  'EIO',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'EACCES',
  'ESTALE',
  'ETIMEDOUT',
]);

/** What a file system error means for a request; anything unknown stays what it is. */
export function storageError(error: unknown): unknown {
  const code = errorCode(error);
  if (code !== undefined && FULL_CODES.has(code)) return new StorageFull({ cause: error });
  if (code !== undefined && UNAVAILABLE_CODES.has(code))
    return new StorageUnavailable({ cause: error });
  return error;
}

/** `ENOENT` and the like. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
