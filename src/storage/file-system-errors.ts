import { constants } from 'node:os';
import { StorageFull, StorageUnavailable } from './storage.errors.js';

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const UNAVAILABLE_CODES = new Set([
  'EIO',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'EACCES',
  'ESTALE',
  'ETIMEDOUT',
  // Somebody has removed or exchanged a folder of ours.
  'ENOENT',
  'ENOTDIR',
  'EPERM',
  'EXDEV',
  'EBUSY',
  'ENODEV',
  'ENOMEM',
]);

/** What a file system error means for a request; anything unknown stays what it is. */
export function storageError(error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  if (FULL_CODES.has(code)) return new StorageFull({ cause: error });
  if (UNAVAILABLE_CODES.has(code)) return new StorageUnavailable({ cause: error });
  return error;
}

// Node.js has no names for these.
const UNNAMED_CODES = new Map([
  [-constants.errno.EDQUOT, 'EDQUOT'],
  [-constants.errno.ESTALE, 'ESTALE'],
]);

/** `ENOENT` and the like. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const unnamed = 'errno' in error && UNNAMED_CODES.get(error.errno as number);
  if (unnamed) return unnamed;
  return typeof error.code === 'string' ? error.code : undefined;
}
