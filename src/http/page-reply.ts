import type { Request } from 'express';
import type { Page } from '../database/page.js';
import { encodeCursor } from './cursor.js';
import { Reply } from './reply.js';

/**
 * A page of a list: a JSON array, the next page's address in `Link` (RFC 8288) and the length of the
 * whole list in `X-Total-Count` if it was asked for.
 */
export function replyPage<T, R>(
  request: Request,
  page: Page<T>,
  sort: string,
  present: (item: T) => R,
): Reply<R[]> {
  let reply = Reply.of(page.items.map(present));
  if (page.next) {
    // The address is parsed only for its query; the host is never used.
    const url = new URL(request.originalUrl, 'http://localhost');
    url.searchParams.set('cursor', encodeCursor(sort, page.next));
    url.searchParams.delete('count');
    reply = reply.with('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return page.total === undefined ? reply : reply.with('X-Total-Count', String(page.total));
}
