import type { IncomingHttpHeaders } from 'node:http';
import { entityTagsOf, isUnchanged } from '../conditional-requests.js';
import { httpDateOf, timeOfHttpDate } from './http-date.js';
import type { Representation } from './representation.js';
import { AnotherRepresentation } from './representation.errors.js';

type Validators = Pick<Representation, 'etag' | 'lastModified'>;

/**
 * What the conditions of a GET or HEAD come to, in the order of RFC 9110 section 13.2.2.
 * @returns whether the client has this representation already (304)
 * @throws AnotherRepresentation | InvalidRequest when If-Match is no list of entity tags
 */
export function isWithClient(headers: IncomingHttpHeaders, current: Validators): boolean {
  assertWanted(headers, current);
  if (headers['if-none-match'] !== undefined) return isUnchanged({ headers }, current.etag);
  const since = timeIn(headers['if-modified-since']);
  const { lastModified } = current;
  return since !== undefined && lastModified !== undefined && secondsOf(lastModified) <= since;
}

/**
 * The Range header, if it counts: without If-Range, or with one that names this very representation
 * (RFC 9110 section 13.1.5). A weak tag never does, nor any date but that of Last-Modified.
 */
export function applicableRange(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
): string | undefined {
  const condition = headers['if-range'];
  if (condition === undefined) return headers.range;
  const isItsDate = lastModified !== undefined && condition === httpDateOf(lastModified);
  const holds = condition === etag || isItsDate;
  return holds ? headers.range : undefined;
}

function assertWanted(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): void {
  const match = headers['if-match'];
  if (match !== undefined) {
    const tags = entityTagsOf(match, 'If-Match');
    if (tags !== '*' && !tags.includes(etag)) throw new AnotherRepresentation(etag);
    return;
  }
  const since = timeIn(headers['if-unmodified-since']);
  if (since !== undefined && lastModified && secondsOf(lastModified) > since)
    throw new AnotherRepresentation(etag);
}

/** A date that is none is as good as no header (RFC 9110 sections 13.1.3 and 13.1.4). */
function timeIn(header: string | undefined): number | undefined {
  return header === undefined ? undefined : timeOfHttpDate(header);
}

/** The time in milliseconds as a header can tell it. */
function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}
