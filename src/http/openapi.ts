import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiExtension,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiPartialContentResponse,
  type ApiResponseOptions,
  getSchemaPath,
} from '@nestjs/swagger';

/** One JSON value a line (https://github.com/ndjson/ndjson-spec). */
export const NDJSON = 'application/x-ndjson';

// What these headers are stands once in the document: src/documentation/conventions.ts.
const ETAG = { ETag: { $ref: '#/components/headers/ETag' } };
const LOCATION = { Location: { $ref: '#/components/headers/Location' } };
const PAGE = {
  Link: { $ref: '#/components/headers/Link' },
  'X-Total-Count': { $ref: '#/components/headers/X-Total-Count' },
  'X-Total-Count-Kind': { $ref: '#/components/headers/X-Total-Count-Kind' },
};

/** Prefix of the extension that carries a problem's code to the OpenAPI document's last touches. */
export const PROBLEM_EXTENSION = 'x-problem-';
/** The extension that carries what a body may be, by media type, where Nest knows one type for all. */
export const BODY_EXTENSION = 'x-body';

/** The problems (by code) that a route answers beside those that every route of its kind does. */
export function Refuses(...codes: string[]) {
  return applyDecorators(...codes.map((code) => ApiExtension(`${PROBLEM_EXTENSION}${code}`, true)));
}

/** 200 with one resource, in one form or in several, and its entity tag. */
export function Answers(type: Type | Type[], description = 'The resource as it is now.') {
  if (!Array.isArray(type)) return ApiOkResponse({ type, description, headers: ETAG });
  return applyDecorators(
    ApiExtraModels(...type),
    ApiOkResponse({ schema: anyOf(type), description, headers: ETAG }),
  );
}

/** 200 with what is never based on or kept by a client, so that it has no entity tag. */
export function AnswersUntagged(type: Type, description = 'The resource as it is now.') {
  return ApiOkResponse({ type, description });
}

/** 200 with all items of a small list, in one form or in several, and the list's entity tag. */
export function AnswersAll(type: Type | Type[], description: string) {
  if (!Array.isArray(type)) return ApiOkResponse({ type: [type], description, headers: ETAG });
  const schema = { type: 'array', items: anyOf(type) };
  return applyDecorators(
    ApiExtraModels(...type),
    ApiOkResponse({ schema, description, headers: ETAG }),
  );
}

/** The same, as an array or as lines: each has an entity tag of its own. */
export function AnswersAllOrLines(type: Type, description: string) {
  return answersList([type], description, ETAG);
}

/** 201 with the new resource, in one form or in several. */
export function Creates(type: Type | Type[], description = 'It was made.') {
  const headers = { ...ETAG, ...LOCATION };
  if (!Array.isArray(type)) return ApiCreatedResponse({ type, description, headers });
  return applyDecorators(
    ApiExtraModels(...type),
    ApiCreatedResponse({ schema: anyOf(type), description, headers }),
  );
}

/** The same without an entity tag. */
export function CreatesUntagged(type: Type, description = 'It was made.') {
  return ApiCreatedResponse({ type, description, headers: LOCATION });
}

/** 200 with the resource that an equal request made before. */
export function AnswersRetry(type: Type, description: string) {
  return ApiOkResponse({ type, description, headers: { ...ETAG, ...LOCATION } });
}

/**
 * 200 with a page of a list, or with all of it as lines, as the client likes.
 * @param types the forms in which its items come
 */
export function AnswersPage(...types: Type[]) {
  return answersList(types, PAGE_OR_LINES, PAGE);
}

/** The same, of what was counted and may be estimated. */
export function AnswersCountedPage(type: Type) {
  return answersList([type], PAGE_OR_LINES, { ...PAGE, ...headersNamed('X-Count') });
}

const PAGE_OR_LINES =
  'A page of the list; or, as lines, all of it from the cursor on, without a `Link`. `limit` ends lines earlier only if it is sent.';

// The example of lines is made of that of the array: src/documentation/examples.ts.
function answersList(types: Type[], description: string, headers = {}) {
  const [only] = types;
  const items = types.length === 1 && only ? { $ref: getSchemaPath(only) } : anyOf(types);
  const content = {
    'application/json': { schema: { type: 'array', items } },
    [NDJSON]: { schema: { type: 'string' } },
  };
  return applyDecorators(
    ApiExtraModels(...types),
    ApiOkResponse({ description, headers, content }),
  );
}

/** 204 to what was asked to go. */
export function Removes(description: string) {
  return ApiNoContentResponse({ description });
}

/**
 * A file of one of these media types, whole (200) or in part (206), as `sendRepresentation` sends it.
 * @param further headers that come with it
 */
export function AnswersFile(
  mediaTypes: readonly string[],
  description: string,
  further: ApiResponseOptions['headers'] = {},
) {
  return applyDecorators(
    ApiOkResponse({
      description,
      headers: {
        ...headersNamed(...FILE_HEADERS, 'Accept-Ranges', 'Repr-Digest', 'Content-Digest'),
        ...further,
      },
      content: contentOf(mediaTypes),
    }),
    ApiPartialContentResponse({
      description: 'The parts that `Range` asks for; several of them as `multipart/byteranges`.',
      headers: {
        ...headersNamed(...FILE_HEADERS, 'Accept-Ranges', 'Repr-Digest', 'Content-Range'),
        ...further,
      },
      content: contentOf([...mediaTypes, 'multipart/byteranges']),
    }),
    Refuses('range-not-satisfiable', 'another-representation'),
  );
}

/** A JSON body of a class, with examples by what they show. */
export function TakesJson(type: Type, examples: Record<string, unknown>) {
  const named = Object.entries(examples).map(([summary, value]) => {
    const name = summary.replaceAll(' ', '-');
    return [name, { summary, value }] as const;
  });
  return ApiBody({ type, examples: Object.fromEntries(named) });
}

/** A body that is nothing but a file, of one of these media types. */
export function TakesFile(mediaTypes: readonly string[], description: string) {
  return ApiExtension(BODY_EXTENSION, {
    description,
    required: true,
    content: contentOf(mediaTypes),
  });
}

/** A body that is JSON, or a form of other JSON (the part `metadata`) and a file (the part `file`). */
export function TakesJsonOrForm(json: Type, metadata: Type, description: string) {
  const form = {
    type: 'object',
    properties: {
      metadata: { $ref: getSchemaPath(metadata) },
      file: { ...BINARY, description: 'The photograph.' },
    },
    required: ['metadata', 'file'],
    additionalProperties: false,
  };
  const content = {
    'application/json': { schema: { $ref: getSchemaPath(json) } },
    'multipart/form-data': {
      schema: form,
      encoding: { metadata: { contentType: 'application/json' } },
    },
  };
  return applyDecorators(
    ApiExtraModels(json, metadata),
    ApiExtension(BODY_EXTENSION, { description, required: true, content }),
  );
}

/** Of every answer that is a file or says that the client has it already. */
export const FILE_HEADERS = [
  'ETag',
  'Last-Modified',
  'Cache-Control',
  'X-Image-Transform',
  'Server-Timing',
] as const;

/** References to what {@link HEADERS} of the document says of them. */
export function headersNamed(...names: string[]) {
  return Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/headers/${name}` }] as const),
  );
}

function anyOf(types: Type[]) {
  return { anyOf: types.map((type) => ({ $ref: getSchemaPath(type) })) };
}

const BINARY = { type: 'string', format: 'binary' };

function contentOf(mediaTypes: readonly string[]) {
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: BINARY }]));
}
