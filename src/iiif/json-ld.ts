import { createHash } from 'node:crypto';
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { isUnchanged } from '../http/conditional-requests.js';

export const IMAGE_CONTEXT = 'http://iiif.io/api/image/3/context.json';
export const PRESENTATION_CONTEXT = 'http://iiif.io/api/presentation/3/context.json';
export const ANNOTATION_CONTEXT = 'http://www.w3.org/ns/anno.jsonld';

const JSON_LD = 'application/ld+json';
const PLAIN_JSON = 'application/json';

/**
 * Answers with linked data, or with plain JSON to who prefers that; 304 to who has it already.
 * @param profile the context that says what kind of linked data it is
 */
export function sendJsonLd(
  request: Request,
  response: Response,
  profile: string,
  body: object,
): void {
  const isPlain = request.accepts([JSON_LD, PLAIN_JSON]) === PLAIN_JSON;
  const mediaType = isPlain ? PLAIN_JSON : `${JSON_LD};profile="${profile}"`;
  const text = JSON.stringify(body);
  const etag = `"${createHash('sha256').update(`${mediaType}\n${text}`).digest('hex').slice(0, 32)}"`;
  response.setHeader('ETag', etag);
  // Addresses may be signed, and are those by which this client knows the service.
  response.setHeader('Cache-Control', 'private, no-cache');
  response.vary('Accept');
  if (isUnchanged(request, etag)) {
    response.status(304).end();
    return;
  }
  response.setHeader('Content-Type', mediaType);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** 200 with linked data and its entity tag. */
export function AnswersJsonLd(type: Type, description: string, headers: object = {}) {
  const schema = { $ref: getSchemaPath(type) };
  return applyDecorators(
    ApiExtraModels(type),
    ApiOkResponse({
      description,
      headers: { ETag: { $ref: '#/components/headers/ETag' }, ...headers },
      content: { [JSON_LD]: { schema }, [PLAIN_JSON]: { schema } },
    }),
  );
}
