import { withDeadlineOfItsOwn } from './deadline/database-time.js';
import type { Page, PageRequest } from './page.js';

/** How many items are read at once. */
export interface Strides {
  /** Small, where the first item is to come soon. */
  first: number;
  next: number;
}

const STRIDES: Strides = { first: 20, next: 200 };

/** Which part of a list is read: all of it behind `after`, or as many items as `limit` says. */
export type Stretch = Omit<PageRequest, 'limit'> & { limit?: number };

/**
 * Begins to read a list, however long it is, without holding more than a page of it. What can be refused is refused
 * now.
 * @returns its first page, and all pages as they are read: between two of them no connection and no transaction is
 *   held, and each shows the list as it is then
 */
export async function walkPages<P extends Page<unknown>>(
  read: (page: PageRequest) => Promise<P>,
  { limit = Infinity, ...from }: Stretch,
  strides: Strides = STRIDES,
): Promise<{ first: P; batches: AsyncIterable<P['items']> }> {
  const first = await read({ ...from, limit: Math.min(strides.first, limit) });
  return { first, batches: goOn(read, first, limit, strides.next) };
}

async function* goOn<P extends Page<unknown>>(
  read: (page: PageRequest) => Promise<P>,
  first: P,
  limit: number,
  stride: number,
): AsyncGenerator<P['items']> {
  let found = first;
  let left = limit;
  for (;;) {
    yield found.items;
    left -= found.items.length;
    if (!found.next || left <= 0) return;
    const page = { after: found.next, limit: Math.min(stride, left) };
    // All of them together may take as long as the client does.
    found = await withDeadlineOfItsOwn(() => read(page));
  }
}
