import { createParamDecorator, Injectable, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { Environment } from '../config/environment.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { Precondition } from '../errors/precondition.js';

// RFC 9110 section 8.8.3: entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE; a list of them is separated by commas.
const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;

/** Reads If-Match and If-None-Match (RFC 9110 section 13.1). */
@Injectable()
export class ConditionalRequests {
  constructor(private readonly environment: Environment) {}

  /** What a write demands. @throws InvalidRequest when one of the headers is not a list of entity tags */
  preconditionOf({ headers }: Pick<Request, 'headers'>): Precondition {
    const tagsIn = (header: string | undefined, name: string) =>
      header === undefined ? undefined : entityTagsOf(header, name);
    return new Precondition(
      tagsIn(headers['if-match'], 'If-Match'),
      this.environment.requireIfMatch,
      tagsIn(headers['if-none-match'], 'If-None-Match'),
    );
  }
}

/**
 * Whether the client already has the representation with this strong entity tag. A malformed
 * If-None-Match is ignored: the answer is then just a full one.
 */
export function isUnchanged(request: Pick<Request, 'headers'>, etag: string): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  if (header === etag) return true;
  if (header.trim() === '*') return true;
  const tags = header.match(new RegExp(ENTITY_TAG, 'g')) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, '') === etag);
}

/**
 * The entity tags of a header, or `*` for any.
 * @throws InvalidRequest when the header is not a list of entity tags
 */
export function entityTagsOf(header: string, name: string): readonly string[] | '*' {
  if (header.trim() === '*') return '*';
  if (!isTagList(header))
    throw new InvalidRequest([
      { header: name, detail: 'must be * or a list of entity tags in double quotes, such as "3"' },
    ]);
  return header.match(new RegExp(ENTITY_TAG, 'g')) ?? [];
}

// Not one expression for all of the list: on a malformed one it could take exponential time.
function isTagList(header: string): boolean {
  const gaps = header.split(ENTITY_TAG);
  const between = gaps.slice(1, -1);
  return (
    gaps.length > 1 &&
    gaps.every((gap) => /^[\s,]*$/.test(gap)) &&
    between.every((gap) => gap.includes(','))
  );
}

@Injectable()
class PreconditionPipe implements PipeTransform<Request, Precondition> {
  constructor(private readonly conditions: ConditionalRequests) {}

  transform(request: Request): Precondition {
    return this.conditions.preconditionOf(request);
  }
}

const RequestItself = createParamDecorator((_data: unknown, context): Request =>
  context.switchToHttp().getRequest<Request>(),
);

/** What the request's If-Match and If-None-Match demand of the resource, as a `Precondition`. */
export const Preconditions = () => RequestItself(PreconditionPipe);
