import { isUtf8 } from 'node:buffer';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { JsonItemCount } from './json-item-count.js';
import type { JsonLimits } from './json-limits.js';
import { inspectedJson } from './validation/json-value.js';
import { repeatedFields } from './validation/repeated-fields.js';

/** The body has more bytes than its route takes (413). */
export class BodyTooLarge extends DomainError {
  readonly kind = 'too-large';
  readonly code = 'body-too-large';
  constructor(maxBytes: number) {
    super(`The body is larger than the ${maxBytes} bytes that are taken here.`);
  }
}

/** The body has a list or an object longer than any that is taken (413); it was not read to its end. */
export class ListTooLong extends DomainError {
  readonly kind = 'too-large';
  readonly code = 'body-too-large';
  constructor(maxItems: number) {
    super(`The body has a list or an object of more than ${maxItems} items.`);
  }
}

/** The body is of a media type (or in an encoding) that its route does not take (415). */
export class UnsupportedMediaType extends DomainError {
  readonly kind = 'unsupported';
  readonly code = 'unsupported-media-type';
}

/** The bytes are not the JSON text that they say they are (400). */
export class MalformedJson extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'malformed-json';
}

/** JSON as it came. */
export interface ReceivedJson {
  /** Empty if there is none. */
  text: Buffer;
  /** How many fields it writes down. */
  fields: number;
}

const NOTHING: ReceivedJson = { text: Buffer.alloc(0), fields: 0 };
const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Reads a JSON body into `request.body`. A request without a body leaves it undefined.
 * @throws BodyTooLarge | ListTooLong | UnsupportedMediaType | MalformedJson | InvalidRequest
 */
export async function readJsonBody(request: Request, limits: JsonLimits): Promise<void> {
  const json = await receiveJson(request, limits);
  if (json.text.length > 0) request.body = parseJson(json, 'The body', limits);
}

/**
 * The text of a JSON body; none if there is no body.
 * @throws BodyTooLarge | ListTooLong | UnsupportedMediaType | MalformedJson when it cannot be read to its end
 */
export async function receiveJson(request: Request, limits: JsonLimits): Promise<ReceivedJson> {
  if (!hasBody(request)) return NOTHING;
  if (request.is(JSON_TYPES) === false) {
    if (await endsAtOnce(request, limits)) return NOTHING;
    throw new UnsupportedMediaType('The body must be JSON: send Content-Type: application/json.');
  }
  // RFC 8259 section 8.1: JSON between systems is UTF-8.
  const [, charset = 'utf-8'] = CHARSET.exec(request.headers['content-type'] ?? '') ?? [];
  if (!/^utf-?8$/i.test(charset)) throw unsupportedEncoding();
  const { maxBytes } = limits;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLarge(maxBytes);
  return readText(request, limits);
}

/** The value of a JSON text. @throws MalformedJson | InvalidRequest */
export function parseJson(json: ReceivedJson, place: string, { maxDepth }: JsonLimits): unknown {
  const value = parseAnyJson(json.text, place);
  const { faults, fields } = inspectedJson(value, maxDepth);
  if (faults.length > 0) throw new InvalidRequest(faults);
  assertEachOnce(json, fields);
  return value;
}

/**
 * Only a text that writes down more fields than its value has is searched for those that are there twice.
 * @param fields of all objects of its value
 * @throws InvalidRequest
 */
export function assertEachOnce(json: ReceivedJson, fields: number): void {
  if (json.fields === fields) return;
  const faults = repeatedFields(json.text.toString('utf8'));
  if (faults.length > 0) throw new InvalidRequest(faults);
}

/** The same, whatever is in it: who asks has to look for what cannot be handled. @throws MalformedJson */
export function parseAnyJson(text: Buffer, place: string): unknown {
  // A decoder would turn invalid bytes into U+FFFD: a silent change of data.
  if (!isUtf8(text)) throw new MalformedJson(`${place} is not UTF-8.`);
  try {
    return JSON.parse(text.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new MalformedJson(`${place} is not JSON: ${reasonOf(error)}`);
  }
}

/** Whether a request says that it has a body. */
export function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return (
    request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
  );
}

/** Whether a body that is announced, in chunks, turns out to have none. */
async function endsAtOnce(request: Request, limits: JsonLimits): Promise<boolean> {
  if (request.headers['transfer-encoding'] === undefined) return false;
  const pieces = request.iterator({ destroyOnReturn: false });
  return collectJson(pieces, { ...limits, maxBytes: 0 }).then(
    () => true,
    () => false,
  );
}

async function readText(request: Request, limits: JsonLimits): Promise<ReceivedJson> {
  const source = decoded(request);
  try {
    return await collectJson(source.iterator({ destroyOnReturn: false }), limits);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new MalformedJson('The body could not be read to its end.');
  } finally {
    if (source !== request) {
      request.unpipe();
      source.destroy();
    }
  }
}

/**
 * The whole of a JSON text that arrives in pieces; none beyond the limits is kept.
 * @throws BodyTooLarge | ListTooLong
 */
export async function collectJson(
  pieces: AsyncIterable<Buffer>,
  { maxBytes, maxItems }: JsonLimits,
): Promise<ReceivedJson> {
  const kept: Buffer[] = [];
  const items = new JsonItemCount(maxItems);
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > maxBytes) throw new BodyTooLarge(maxBytes);
    if (items.exceedsWith(piece)) throw new ListTooLong(maxItems);
    kept.push(piece);
  }
  return { text: Buffer.concat(kept), fields: items.fields };
}

function decoded(request: Request): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]?.() : undefined;
  if (!decoder) throw unsupportedEncoding();
  // Not a pipeline: that would destroy the request, and with it the connection that carries the refusal.
  request.pipe(decoder);
  request.once('error', (error) => decoder.destroy(error));
  return decoder;
}

function unsupportedEncoding(): UnsupportedMediaType {
  return new UnsupportedMediaType('The body must be JSON in UTF-8, plain, gzip, deflate or br.');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
