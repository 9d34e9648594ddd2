import type { Request } from 'express';
import { COUNTED_ROWS } from '../database/estimate.js';
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
  return withPage(Reply.of(page.items.map(present)), request, page, sort);
}

/** The same answer with what tells which page of the list it is. */
export function withPage<T>(
  reply: Reply<T>,
  request: Request,
  { next, total }: Omit<Page<unknown>, 'items'>,
  sort: string,
): Reply<T> {
  const linked = next
    ? reply.with('Link', `<${nextAddress(request, sort, next)}>; rel="next"`)
    : reply;
  return withCount(linked, request, total);
}

/** The same answer with the length of the whole list, if it was asked for. */
export function withCount<T>(
  reply: Reply<T>,
  request: Request,
  total: number | undefined,
): Reply<T> {
  const headers = Object.entries(countHeaders(request, total));
  return headers.reduce((counted, [name, value]) => counted.with(name, value), reply);
}

/** The headers that tell the length of the whole list, if it was asked for, and whether it was counted. */
export function countHeaders(request: Request, total: number | undefined): Record<string, string> {
  if (total === undefined) return {};
  const isEstimate = request.query.count === 'estimated' && total > COUNTED_ROWS;
  return {
    'X-Total-Count': String(total),
    'X-Total-Count-Kind': isEstimate ? 'estimated' : 'exact',
  };
}

/** Path and query of the page of a list that begins behind a position, asked for as this one. */
export function nextAddress(request: Request, sort: string, next: Position): string {
  // The address is parsed only for its query; the host is never used.
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', encodeCursor(sort, next));
  url.searchParams.delete('count');
  return `${url.pathname}${url.search}`;
}
