import type { Request } from 'express';
import type { Page, Position } from '../database/page.js';
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
    const address = nextAddress(request, sort, page.next);
    reply = reply.with('Link', `<${address}>; rel="next"`);
  }
  return page.total === undefined ? reply : reply.with('X-Total-Count', String(page.total));
}

/** Path and query of the page of a list that begins behind a position, asked for as this one. */
export function nextAddress(request: Request, sort: string, next: Position): string {
  // The address is parsed only for its query; the host is never used.
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', encodeCursor(sort, next));
  url.searchParams.delete('count');
  return `${url.pathname}${url.search}`;
}
