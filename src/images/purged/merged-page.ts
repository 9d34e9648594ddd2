import type { Page, Position } from '../../database/page.js';

/** Whether one position comes before another one in an order of times and numbers of rows. */
type Precedes = (one: Position, other: Position) => boolean;

/**
 * One page of two lists of the same order, each of which was read from the same position on.
 * @param limit most items of the page
 * @param positionOf where an item stands
 * @returns a page that goes no further than both lists are known
 */
export function mergedPage<T>(
  [one, other]: [Page<T>, Page<T>],
  limit: number,
  positionOf: (item: T) => Position,
  precedes: Precedes,
): Page<T> {
  const ends = [one.next, other.next].filter((end) => end !== undefined);
  const isKnown = (item: T) => !ends.some((end) => precedes(end, positionOf(item)));
  const all = [...one.items, ...other.items];
  const known = all
    .filter(isKnown)
    .sort((a, b) => (precedes(positionOf(a), positionOf(b)) ? -1 : 1));
  const items = known.slice(0, limit);
  const last = items.at(-1);
  // A page may be empty that has a next one.
  const end = ends.sort((a, b) => (precedes(a, b) ? -1 : 1))[0];
  const next = items.length < known.length && last ? positionOf(last) : end;
  return {
    items,
    ...(next ? { next } : {}),
    ...(one.total !== undefined && other.total !== undefined
      ? { total: one.total + other.total }
      : {}),
  };
}

/** Earlier times first, and of equal ones the smaller number. */
export function isEarlier(
  [time = '', id = '']: Position,
  [otherTime = '', otherId = '']: Position,
) {
  return time === otherTime ? BigInt(id) < BigInt(otherId) : time < otherTime;
}
