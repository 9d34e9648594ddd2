import { createHash } from 'node:crypto';

const PREFIX_DIGITS = 16;
const NAME = /^[0-9a-f]{64}$/;

/**
 * Names what is made from a stored picture: 64 hexadecimal digits, of which the first 16 tell whose it is.
 * The other 48 are 192 bits of a SHA-256: nobody finds two renditions of one name.
 * @param owner storage key of the original
 * @param what everything that the bytes depend on: content hash, pipeline, canonical parameters
 */
export function renditionName(owner: string, what: string): string {
  const prefix = ownerPrefix(owner);
  return prefix + digest(`${owner} ${what}`).slice(0, 64 - PREFIX_DIGITS);
}

/** What the names of all renditions of an original begin with. */
export function ownerPrefix(owner: string): string {
  return digest(owner).slice(0, PREFIX_DIGITS);
}

/** @throws TypeError when a name was not made by `renditionName`, or for another owner */
export function assertNamedFor(owner: string, name: string): void {
  if (!NAME.test(name) || !name.startsWith(ownerPrefix(owner)))
    throw new TypeError('A rendition is named by renditionName, with its own owner.');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
