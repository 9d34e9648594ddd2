import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  type Header,
  type OpenApi,
  type Operation,
  operationOf,
  type Response,
} from './openapi.js';

/** Headers as node and supertest give them: by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

// Pages for people, and the document itself: the document describes the API, not its own pages.
const PAGES = /^\/(?:$|openapi\.json$|docs(?:\/|$)|redoc(?:\/|$))/;
// Headers that are part of the contract wherever they come.
const CONTRACT_HEADERS = [
  'etag',
  'location',
  'link',
  'x-total-count',
  'x-total-count-kind',
  'retry-after',
  'x-request-id',
  'www-authenticate',
  'last-modified',
  'accept-ranges',
  'content-range',
  'content-digest',
  'repr-digest',
  'server-timing',
  'x-image-transform',
  'ratelimit-policy',
  'ratelimit',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
];

/** The OpenAPI document of a running service, as a judge of its responses. */
export class Contract {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: OpenApi) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(closed(document) as object, 'openapi', undefined, false);
  }

  /**
   * @param url of the request, absolute or from its path on, as it was sent
   * @throws Error naming everything about the response that the document does not say
   */
  assertDocumented(
    method: string,
    url: string,
    status: number,
    headers: ResponseHeaders,
    body: unknown,
  ): void {
    const path = new URL(url, 'http://localhost').pathname;
    if (method.toUpperCase() === 'OPTIONS' || PAGES.test(path)) return;
    const found = operationOf(this.document, method, path);
    const faults = found
      ? this.faultsOf(found.pointer, found.operation, method, status, headers, body)
      : this.faultsOfUnknownRoute(method, status, body);
    if (faults.length === 0) return;
    const name = `${method.toUpperCase()} ${path} → ${status}`;
    throw new Error(`${name} is not what /openapi.json says:\n  ${faults.join('\n  ')}`);
  }

  private faultsOf(
    pointer: string,
    operation: Operation,
    method: string,
    status: number,
    headers: ResponseHeaders,
    body: unknown,
  ): string[] {
    const response = operation.responses[String(status)];
    // A path that is not percent-encoded UTF-8 reaches no route, whichever it looks like.
    if (codeOf(body) === 'malformed-path') return this.faultsOfProblem(body);
    if (!response) return [`the status is not documented (the body: ${excerpt(body)})`];
    return [
      ...this.faultsOfHeaders(operation, response, headers),
      ...this.faultsOfBody(`${pointer}/responses/${status}`, response, method, headers, body),
    ];
  }

  private faultsOfHeaders(
    operation: Operation,
    response: Response,
    headers: ResponseHeaders,
  ): string[] {
    const documented = headersOf(response);
    // What a limit leaves is documented with it, and comes with every answer.
    const ofLimits = headersOf(operation.responses['429']);
    const undocumented = CONTRACT_HEADERS.filter((name) => headers[name] !== undefined)
      .filter((name) => !documented.has(name))
      .filter((name) => !(name.startsWith('ratelimit') && ofLimits.has(name)))
      .map((name) => `the header ${name} is not documented`);
    const wrong = [...documented].flatMap(([name, header]) =>
      this.faultsOfHeader(name, header, headers),
    );
    return [...undocumented, ...wrong];
  }

  private faultsOfHeader(name: string, header: Header, headers: ResponseHeaders): string[] {
    const value = headers[name];
    const { required, schema } = this.resolveHeader(header);
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    const read = schema.type === 'integer' ? Number(value) : value;
    const validate = this.ajv.compile(schema);
    return validate(read)
      ? []
      : [`the header ${name} is ${String(value)}: ${this.reasons(validate)}`];
  }

  private resolveHeader(header: Header) {
    const name = header.$ref?.split('/').at(-1);
    const resolved = name === undefined ? header : this.document.components.headers?.[name];
    if (!resolved?.schema) throw new Error(`The document has no header ${header.$ref ?? ''}`);
    return { required: resolved.required, schema: resolved.schema };
  }

  private faultsOfBody(
    pointer: string,
    response: Response,
    method: string,
    headers: ResponseHeaders,
    body: unknown,
  ): string[] {
    if (method.toUpperCase() === 'HEAD') return [];
    const content = response.content ?? {};
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
    if (Object.keys(content).length === 0) return isEmpty(body) ? [] : ['no body is documented'];
    const media = content[type];
    if (!media) return [`the content type ${type} is not documented`];
    if (!/[/+]json$/.test(type)) return [];
    const value = parsed(body);
    const faults = this.faultsOfSchema(`${pointer}/content/${escape(type)}/schema`, value);
    const code = codeOf(value);
    if (type === 'application/problem+json' && !(code in (media.examples ?? {})))
      faults.push(`the problem ${code} is not documented here`);
    return faults;
  }

  private faultsOfUnknownRoute(method: string, status: number, body: unknown): string[] {
    if (method.toUpperCase() === 'HEAD' && status === 404 && isEmpty(body)) return [];
    const code = codeOf(body);
    if (status === 404 && code === 'route-not-found') return this.faultsOfProblem(body);
    if (status === 400 && code === 'malformed-path') return this.faultsOfProblem(body);
    return ['there is no such operation'];
  }

  private faultsOfProblem(body: unknown): string[] {
    return isEmpty(body) ? [] : this.faultsOfSchema('#/components/schemas/Problem', parsed(body));
  }

  /** What a value breaks of the schema at a place of the document, a JSON pointer fragment. */
  faultsOfSchema(pointer: string, value: unknown): string[] {
    let validate = this.validators.get(pointer);
    if (!validate) {
      validate = this.ajv.compile({ $ref: `openapi${encodeURI(pointer)}` });
      this.validators.set(pointer, validate);
    }
    return validate(value) ? [] : [`the body: ${this.reasons(validate)} (${excerpt(value)})`];
  }

  private reasons(validate: ValidateFunction): string {
    return this.ajv.errorsText(validate.errors, { separator: '; ', dataVar: '' });
  }
}

const contracts = new Map<string, Promise<Contract | undefined>>();
/** By their documents: most services of a spec show the same, and a judge's validators take long to make. */
const judges = new Map<string, Contract>();

/** The contract of the service at this origin, fetched once; undefined if it does not show one (DOCS=false). */
export function contractAt(origin: string): Promise<Contract | undefined> {
  const known = contracts.get(origin);
  if (known) return known;
  const fetched = fetchContract(origin);
  contracts.set(origin, fetched);
  return fetched;
}

async function fetchContract(origin: string): Promise<Contract | undefined> {
  const answer = await fetch(`${origin}/openapi.json`);
  if (!answer.ok) return undefined;
  const document = await answer.text();
  const judge = judges.get(document) ?? new Contract(JSON.parse(document) as OpenApi);
  judges.set(document, judge);
  return judge;
}

/**
 * Judges one response of a running service by the service's own document.
 * @param url absolute, as it was requested
 * @throws Error naming everything that the document does not say
 */
export async function assertDocumented(
  method: string,
  url: string,
  status: number,
  headers: ResponseHeaders,
  body: unknown,
): Promise<void> {
  const contract = await contractAt(new URL(url).origin);
  contract?.assertDocumented(method, url, status, headers, body);
}

/**
 * The document with its objects closed: a client must bear fields that it does not know, but a service
 * must not send any that it does not document.
 */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isObjectSchema = copy.type === 'object' && typeof copy.properties === 'object';
  return isObjectSchema ? { additionalProperties: false, ...copy } : copy;
}

function headersOf(response: Response | undefined): Map<string, Header> {
  return new Map(
    Object.entries(response?.headers ?? {}).map(([name, header]) => [name.toLowerCase(), header]),
  );
}

function codeOf(body: unknown): string {
  const type = (parsed(body) as { type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' ? type.replace('/problems/', '') : '';
}

function parsed(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : body;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function isEmpty(body: unknown): boolean {
  if (body === undefined || body === null || body === '') return true;
  if (Buffer.isBuffer(body)) return body.length === 0;
  return typeof body === 'object' && Object.keys(body).length === 0;
}

function excerpt(body: unknown): string {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify({ body });
  return text.slice(0, 300);
}

/** One token of a JSON pointer (RFC 6901, section 3). */
function escape(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
