import { isDeepStrictEqual } from 'node:util';

/**
 * Whether every field that a change names has its value already: then nothing is written, and neither the version
 * nor the entity tag is to be another one.
 */
export function changesNothing<E extends object>(record: E, change: Partial<E>): boolean {
  return Object.entries(change).every(
    ([name, value]) => value === undefined || isDeepStrictEqual(record[name as keyof E], value),
  );
}
