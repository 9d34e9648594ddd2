import type { StreamableFile } from '@nestjs/common';
import type { Request } from 'express';
import { whileWanted } from '../database/deadline/unwanted-work.js';
import { JsonText } from '../database/json-text.js';
import type { Page, PageRequest } from '../database/page.js';
import { type Strides, walkPages } from '../database/page-walk.js';
import { clientLeft } from './client-left.js';
import { asLines, wantsLines } from './line-stream.js';
import { withCount, withPage } from './page-reply.js';
import { Reply } from './reply.js';

/** How a list is read and shown. */
export interface Listing<P extends Page<unknown>, R extends object> {
  /** Name of the list and the order in which it is read: what its cursors hold for. */
  sort: string;
  /** The page that is asked for. */
  page: PageRequest;
  read: (page: PageRequest) => Promise<P>;
  /** What is shown of an item, or its JSON if that is there already. */
  present: (item: P['items'][number]) => R;
  /** How many items are read at once for lines. */
  strides?: Strides;
  /** Further headers, of the first page. */
  headers?: (first: P) => Readonly<Record<string, string>>;
}

/** All items as an array, which is JSON already if any item is, or as lines. */
type ListBody<R> = Exclude<R, JsonText>[] | Extract<R, JsonText> | StreamableFile;

/**
 * A list as its client likes it: a page of it, or all of it from the cursor on as lines, which `limit`
 * ends earlier only if the client said one. Nothing is read any more for a client that has left.
 */
export async function replyList<P extends Page<unknown>, R extends object>(
  request: Request,
  { sort, page, read, present, strides, headers }: Listing<P, R>,
): Promise<Reply<ListBody<R>>> {
  const left = clientLeft(request);
  const readWanted = (wanted: PageRequest) => whileWanted(left, () => read(wanted));
  if (!wantsLines(request)) {
    const found = await readWanted(page);
    const reply = Reply.of(arrayOf(found.items.map(present)));
    return withHeaders(withPage(reply, request, found, sort), headers?.(found));
  }
  const limit = request.query.limit === undefined ? undefined : page.limit;
  const { first, batches } = await walkPages(readWanted, { ...page, limit }, strides);
  const lines = asLines(batches, (item) => partsOf(present(item)));
  const reply = Reply.of<ListBody<R>>(lines);
  return withHeaders(withCount(reply, request, first.total), headers?.(first));
}

/** A list that has no pages, whole: as an array, or as lines. */
export function replyAll<T, R extends object>(
  request: Request,
  items: readonly T[],
  present: (item: T) => R,
): Reply<R[] | StreamableFile> {
  if (!wantsLines(request)) return Reply.of(items.map(present));
  return Reply.of(asLines([items], (item) => partsOf(present(item))));
}

function arrayOf<R extends object>(items: R[]): ListBody<R> {
  if (!items.some((item) => item instanceof JsonText)) return items as Exclude<R, JsonText>[];
  const parts = items.flatMap((item, place) => [place ? ',' : '[', ...partsOf(item)]);
  return new JsonText(...parts, ']') as Extract<R, JsonText>;
}

function partsOf(item: object): readonly string[] {
  return item instanceof JsonText ? item.parts : [JSON.stringify(item)];
}

function withHeaders<T>(reply: Reply<T>, headers: Readonly<Record<string, string>> = {}): Reply<T> {
  return Object.entries(headers).reduce((answer, [name, value]) => answer.with(name, value), reply);
}
