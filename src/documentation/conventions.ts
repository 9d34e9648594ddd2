import { encodeCursor } from '../http/cursor.js';
import { FILE_HEADERS, headersNamed } from '../http/openapi.js';
import type { Document, Header, Operation, Parameter, Reference, Response } from './document.js';
import { forEachOperation } from './document.js';
import { PATH_PARAMETERS } from './path-parameters.js';
import { FILE_PARAMETERS, FILE_RESPONSE_HEADERS } from './file-headers.js';
import { RATE_LIMIT_HEADERS } from './rate-limit-headers.js';

/** The headers that responses carry; `src/http/openapi.ts` refers to them by name. */
export const HEADERS: Readonly<Record<string, Header>> = {
  ETag: {
    description: 'Strong entity tag of the representation, for If-Match and If-None-Match.',
    required: true,
    schema: { type: 'string', pattern: '^"[^"]+"$', examples: ['"1"'] },
  },
  Location: {
    description: 'Address of what was made.',
    required: true,
    schema: { type: 'string', format: 'uri-reference', examples: ['/users/ada'] },
  },
  Link: {
    description: 'Address of the next page (RFC 8288); not there on the last page.',
    schema: {
      type: 'string',
      pattern: '^<[^>]+>; rel="next"$',
      examples: ['</users?limit=1&cursor=WyJ1c2VyczppZCIsImFkYSJd>; rel="next"'],
    },
  },
  'X-Total-Count': {
    description: 'Length of the whole list, if `count` asks for it.',
    schema: { type: 'integer', minimum: 0, examples: [1] },
  },
  'X-Total-Count-Kind': {
    description: 'Whether `X-Total-Count` was counted, or is what the planner expects.',
    schema: { type: 'string', enum: ['exact', 'estimated'], examples: ['exact'] },
  },
  'X-Count': {
    description:
      'That what was counted is an estimate, from a part of the images; not there when it is exact.',
    schema: { type: 'string', enum: ['estimated'], examples: ['estimated'] },
  },
  'X-Validate': {
    description: 'That nothing was stored, because `validate=only` asked for it.',
    schema: { type: 'string', enum: ['only'], examples: ['only'] },
  },
  'X-Request-Id': {
    description: 'Names the request; the log has it, and a problem repeats it as `instance`.',
    required: true,
    schema: {
      type: 'string',
      pattern: '^[\\w.:=+/@-]{1,128}$',
      examples: ['5706b6d9-0241-491e-9e85-7ba6c70a0851'],
    },
  },
  'Retry-After': {
    description: 'Seconds after which trying again makes sense.',
    required: true,
    schema: { type: 'integer', minimum: 1, examples: [2] },
  },
  'WWW-Authenticate': {
    description: 'How to say who calls (RFC 6750); with an error if the credential was refused.',
    required: true,
    schema: {
      type: 'string',
      pattern: '^Bearer realm="loupe"(, error="invalid_token")?$',
      examples: ['Bearer realm="loupe", error="invalid_token"'],
    },
  },
  ...FILE_RESPONSE_HEADERS,
  ...RATE_LIMIT_HEADERS,
};

/** The request headers that whole kinds of routes take. */
export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The ETag of what the change is based on (RFC 9110), or `*` for whatever is there. It is the ETag of the resource itself, not that of a view of it (`for`, `space`, `as_of`, `fields`, lines), which never matches. If the resource is another one by now, the answer is 412 and nothing changes. With REQUIRE_IF_MATCH=true a change without it is 428.',
    schema: { type: 'string', examples: ['*'] },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'To read: the ETag of what the client has already; if it is still current, the answer is 304. To write: ETags, or `*` for any, that the resource must not have; else the answer is 412 and nothing changes. `*` makes what is not there yet, and replaces nothing.',
    schema: { type: 'string', examples: ['"0"'] },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Any text of the client that is new for every new request. A request that is repeated with it within 24 hours makes nothing twice: it is answered 200 with what the first one made, as it is now.',
    schema: {
      type: 'string',
      pattern: '^[\\x21-\\x7e]{1,255}$',
      examples: ['0198f2c4-7b1e-7c3a-9d52-3f6a1c0e8b47'],
    },
  },
  ContentDigest: {
    name: 'Content-Digest',
    in: 'header',
    description:
      'Digest of the whole body (RFC 9530), `sha-256` or `sha-512`. If the bytes that arrive have another one, nothing is kept and the answer is 400.',
    schema: {
      type: 'string',
      examples: ['sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'],
    },
  },
  ...FILE_PARAMETERS,
};

/** Cursors that are good in every database: from before the first item that an example makes. */
const CURSORS: Readonly<Record<string, string>> = {
  '/api-keys': encodeCursor('api-keys:name', ['a']),
  '/audit-log': encodeCursor('audit-log:-at', ['9999-12-31T23:59:59.999Z', '1']),
  '/iiif/presentation/3/manifest': encodeCursor('-created_at', ['9999-12-31T23:59:59.999Z', '1']),
  '/images/{image_key}/annotations/{annotation_index}/history': encodeCursor(
    'annotation-history:-version',
    [2_147_483_647],
  ),
  '/images/{image_key}/comments': encodeCursor('comments:id', [
    '00000000-0000-7000-8000-000000000000',
  ]),
  '/images': encodeCursor('-created_at', ['9999-12-31T23:59:59.999Z', '1']),
  '/instrument-changes': encodeCursor('instrument-changes:id', ['0']),
  '/instruments': encodeCursor('instruments:name', ['a']),
  '/instruments/{instrument_name}/history': encodeCursor('label-history:-id', ['9007199254740991']),
  '/locations': encodeCursor('locations:id', ['a']),
  '/users': encodeCursor('users:id', ['a']),
};

/** Writes down what holds for every route of a kind, so that no controller repeats it. */
export function addConventions(
  document: Document,
  codesOf: (operation: Operation) => string[],
): void {
  forEachOperation(document, (operation, method, path) => {
    const codes = codesOf(operation);
    const has = (code: string) => codes.includes(code);
    const isTagged = operation.responses['200']?.headers?.ETag !== undefined;
    const isFile = operation.responses['206'] !== undefined;
    const isConditionalWrite = codes.some((code) => code.endsWith('-changed'));
    operation.parameters = [
      ...(operation.parameters ?? []).map((parameter) => described(parameter, path)),
      ...(isConditionalWrite ? [reference('IfMatch')] : []),
      ...(isConditionalWrite || (method === 'get' && isTagged) ? [reference('IfNoneMatch')] : []),
      ...(isFile ? Object.keys(FILE_PARAMETERS).map(reference) : []),
      ...(has('idempotency-key-reused') ? [reference('IdempotencyKey')] : []),
      ...(has('content-digest-mismatch') ? [reference('ContentDigest')] : []),
    ];
    if (method === 'get' && isTagged)
      operation.responses['304'] = {
        description: 'The representation that If-None-Match names is still current.',
        headers: {
          ...headersNamed(...(isFile ? FILE_HEADERS : ['ETag'])),
          ...linksIn(operation.responses['200']?.headers ?? {}),
        },
      };
    const content = operation.requestBody?.content;
    const json = content?.['application/json'];
    // What edits a list is no merge patch of it, and is not called one.
    if (method === 'patch' && json && operation.operationId.startsWith('patch'))
      content['application/merge-patch+json'] = { ...json };
    const created = operation.responses['201'];
    if (has('idempotency-key-reused') && created)
      operation.responses['200'] ??= {
        ...created,
        description: 'A repeated request: what the first one made, as it is now.',
      };
    addRehearsal(operation);
  });
}

/**
 * Every response tells the request's id and, where requests are counted, how many are left; the latter is
 * written down where it matters, because a list of seven headers beside every error hides the error.
 */
export function addCommonHeaders(document: Document): void {
  forEachOperation(document, ({ responses }) => {
    for (const [status, response] of Object.entries(responses)) {
      const isTelling = responses['429'] && (status.startsWith('2') || status === '429');
      const names = ['X-Request-Id', ...(isTelling ? Object.keys(RATE_LIMIT_HEADERS) : [])];
      const common = names.map((name) => [name, { $ref: `#/components/headers/${name}` }] as const);
      response.headers = { ...response.headers, ...Object.fromEntries(common) };
    }
  });
}

/** What leads to other representations also comes where this one is not sent again. */
function linksIn(headers: NonNullable<Response['headers']>): Response['headers'] {
  const names = Object.entries(headers).filter(
    ([name]) => name === 'Link' || name.startsWith('X-Total-Count'),
  );
  return Object.fromEntries(names);
}

function reference(name: keyof typeof PARAMETERS): Reference {
  return { $ref: `#/components/parameters/${name}` };
}

function described(parameter: Parameter | Reference, path: string): Parameter | Reference {
  if ('$ref' in parameter) return parameter;
  if (parameter.in === 'path') return { ...parameter, ...PATH_PARAMETERS[parameter.name] };
  const { type, default: byDefault } = parameter.schema;
  if (parameter.name === 'cursor') parameter.schema.examples = [CURSORS[path]];
  return {
    ...parameter,
    // Nest calls every property that is not optional in TypeScript required, also one with a default.
    required: parameter.required === true && byDefault === undefined,
    ...(type === 'array' && { style: 'form', explode: true }),
  };
}

const MISSING_WHEN_TRIED = new Set(['ETag', 'Location']);

/** What is only tried has no address and no entity tag: where `validate` is known, they may be missing. */
function addRehearsal({ parameters = [], responses }: Operation): void {
  const ok = responses['200'];
  if (!ok || !parameters.some((parameter) => 'name' in parameter && parameter.name === 'validate'))
    return;
  const optional = Object.entries(HEADERS)
    .filter(([name]) => MISSING_WHEN_TRIED.has(name) && ok.headers?.[name] !== undefined)
    .map(([name, header]) => [name, { ...header, required: false }] as const);
  ok.headers = { ...ok.headers, ...Object.fromEntries(optional), ...headersNamed('X-Validate') };
}
