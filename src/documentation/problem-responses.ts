import { PROBLEM_EXTENSION } from '../http/openapi.js';
import { PROBLEM_JSON, titleOf } from '../http/problem.js';
import type { Document, Operation, Reference, Response, Schema } from './document.js';
import { forEachOperation } from './document.js';
import { PROBLEMS } from './problem-catalogue.js';
import type { ProblemEntry } from './problem-entry.js';

/** RFC 9457, section 3, with the members that this service adds. */
export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  description:
    'What went wrong (RFC 9457). A problem may have further members, which its page explains.',
  properties: {
    type: {
      type: 'string',
      format: 'uri-reference',
      pattern: '^/problems/[a-z]+(-[a-z]+)*$',
      description: 'Names the kind of problem, and leads to its explanation.',
      examples: ['/problems/image-not-found'],
    },
    title: { type: 'string', description: 'The kind of problem in words.' },
    status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What went wrong this time.' },
    instance: { type: 'string', description: "The request's id, as in X-Request-Id and the log." },
    errors: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      description: 'Every fault of the request, named as the client spelt it.',
      items: { $ref: '#/components/schemas/Fault' },
    },
  },
  required: ['type', 'title', 'status', 'instance'],
  additionalProperties: true,
};

/** One place in a request that is wrong. */
export const FAULT_SCHEMA: Schema = {
  type: 'object',
  description:
    'One place of the request that is wrong; what concerns the whole request names none.',
  properties: {
    pointer: {
      type: 'string',
      description: 'A JSON pointer into the body (RFC 6901), as a fragment.',
      examples: ['#/annotations/0/polygon/points/3'],
    },
    parameter: { type: 'string', description: 'A parameter of the query or the path.' },
    header: { type: 'string', description: 'A header of the request.' },
    detail: { type: 'string', description: 'What is wrong with it.' },
  },
  required: ['detail'],
};

const EXAMPLE_INSTANCE = '5706b6d9-0241-491e-9e85-7ba6c70a0851';
const WITHOUT_DATABASE = new Set(['operation', 'problems']);
const REASONS: Readonly<Record<number, string>> = {
  400: 'The request is malformed, or something in it is of the wrong type, count, range or format.',
  401: 'The service asks who calls, and the request does not prove it.',
  403: 'The caller may not do this.',
  404: 'There is no such thing.',
  409: 'It does not go together with what is there already.',
  412: 'The resource changed since it was read; nothing was changed.',
  413: 'It is larger than the service takes.',
  415: 'The body is of a type that is not taken here.',
  416: 'There is no such part.',
  422: 'The request is well-formed, but impossible.',
  428: 'The service takes no change without If-Match.',
  429: 'More came than is answered in a minute; try again later.',
  500: 'A fault of the service.',
  503: 'Something does not answer at the moment; try again later.',
  507: 'There is no room for more.',
};

const HEADER_OF_STATUS: Readonly<Record<number, string>> = {
  401: 'WWW-Authenticate',
  416: 'Content-Range',
  429: 'Retry-After',
  503: 'Retry-After',
};

/** The problems that an operation's decorators name and those that every route of its kind answers. */
export function problemCodesOf(operation: Operation, path: string, method = ''): string[] {
  const named = Object.keys(operation)
    .filter((key) => key.startsWith(PROBLEM_EXTENSION))
    .map((key) => key.slice(PROBLEM_EXTENSION.length));
  const types = Object.keys(operation.requestBody?.content ?? {});
  // A POST or a DELETE that asks for no body reads one all the same, to refuse what says something.
  const readsJson =
    types.some((type) => type.endsWith('json')) ||
    (['post', 'delete'].includes(method) && types.length === 0);
  return [
    'invalid-request',
    ...(path.includes('{') ? ['malformed-path'] : []),
    ...(readsJson ? ['malformed-json', 'body-too-large', 'unsupported-media-type'] : []),
    ...(named.some((code) => code.endsWith('-changed')) ? ['precondition-required'] : []),
    ...named,
    'internal-error',
    ...(path.startsWith('/health/') ? [] : ['draining', 'overloaded']),
    ...(operation.tags?.some((tag) => WITHOUT_DATABASE.has(tag)) ? [] : ['database-unavailable']),
  ];
}

/** Turns the problems of every operation into responses, by status, with an example of each. */
export function addProblemResponses(document: Document): void {
  forEachOperation(document, (operation, method, path) => {
    const codes = problemCodesOf(operation, path, method);
    for (const code of new Set(codes)) addProblem(operation, code);
    for (const key of Object.keys(operation))
      if (key.startsWith(PROBLEM_EXTENSION)) Reflect.deleteProperty(operation, key);
  });
}

/** A problem as it is answered. */
export function problemExample(code: string, entry: ProblemEntry): Record<string, unknown> {
  return {
    type: `/problems/${code}`,
    title: titleOf(code),
    status: entry.status,
    ...(entry.example !== '' && { detail: entry.example }),
    instance: EXAMPLE_INSTANCE,
    ...(entry.errors && { errors: entry.errors }),
    ...entry.members,
  };
}

function addProblem(operation: Operation, code: string): void {
  const entry = PROBLEMS[code];
  if (!entry)
    throw new Error(`${operation.operationId} answers ${code}, which the catalogue lacks.`);
  const response = (operation.responses[String(entry.status)] ??= emptyResponse(entry.status));
  const examples = response.content?.[PROBLEM_JSON]?.examples;
  if (examples)
    examples[code] = {
      summary: titleOf(code),
      description: entry.explanation,
      value: problemExample(code, entry),
    };
}

function emptyResponse(status: number): Response {
  const name = HEADER_OF_STATUS[status];
  const header: Reference = { $ref: `#/components/headers/${name ?? ''}` };
  return {
    description: REASONS[status] ?? 'A problem.',
    ...(name !== undefined && { headers: { [name]: header } }),
    content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' }, examples: {} } },
  };
}
