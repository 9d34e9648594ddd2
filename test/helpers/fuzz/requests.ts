import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { BOUNDARY, FORM_TYPE, formOf } from '../forms.js';
import {
  type Method,
  type OpenApi,
  type Operation,
  operationsOf,
  type Parameter,
  type Schema,
} from '../openapi.js';
import { jsonText, placesIn, RawJson, withChange } from './json-text.js';
import { nastyHeader, nastySegment, nastyText, nastyValue } from './nasties.js';
import { KNOWN, SchemaValues } from './schema-values.js';

/** A request as a client meant it; `bytesOf` writes it down. */
export interface Request {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer;
}

type Headers = Request['headers'];

/** Requests for the operations of a document: valid ones, and ones in which something is broken. */
export function requestsFor(document: OpenApi, pictures: readonly Buffer[]): fc.Arbitrary<Request> {
  const values = new SchemaValues(document);
  const operations = [...operationsOf(document)];
  return fc.oneof(
    ...operations.map(({ method, template, operation }) =>
      new OperationRequests(values, document, method, template, operation, pictures).arbitrary(),
    ),
  );
}

/** The bytes of a request with an honest length. */
export function bytesOf({ method, target, headers, body }: Request): Buffer {
  const hasBody = body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(method);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(hasBody ? [`Content-Length: ${body.length}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

class OperationRequests {
  constructor(
    private readonly values: SchemaValues,
    private readonly document: OpenApi,
    private readonly method: Method,
    private readonly template: string,
    private readonly operation: Operation,
    private readonly pictures: readonly Buffer[],
  ) {}

  arbitrary(): fc.Arbitrary<Request> {
    const method = fc.oneof(
      { weight: 30, arbitrary: fc.constant(this.method.toUpperCase()) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'),
      },
    );
    return fc
      .tuple(method, this.path(), this.query(), this.headers(), this.body())
      .map(([verb, path, query, headers, body]) => ({
        method: verb,
        target: `${path}${query}`,
        headers: [...headers, ...body.headers],
        body: body.bytes,
      }));
  }

  private get parameters(): Parameter[] {
    return (this.operation.parameters ?? []).map((parameter) => {
      const name = parameter.$ref?.split('/').at(-1);
      return (
        (name === undefined ? undefined : this.document.components.parameters?.[name]) ?? parameter
      );
    });
  }

  private path(): fc.Arbitrary<string> {
    const segments = this.template.split('/').map((segment) => {
      if (!segment.startsWith('{')) return fc.constant(segment);
      const known = segment.includes('index') ? ['0', '1', '2', '5'] : KNOWN;
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...known).map(encodeURIComponent) },
        { weight: 1, arbitrary: nastySegment },
      );
    });
    return fc.tuple(...segments).map((parts) => parts.join('/'));
  }

  private query(): fc.Arbitrary<string> {
    const documented = this.parameters.filter((parameter) => parameter.in === 'query');
    const pairs = documented.map(({ name, schema }) =>
      fc.tuple(fc.constant(name), fc.oneof(this.queryValue(schema, name), nastySegment)),
    );
    const unknown = fc.tuple(nastySegment, nastySegment);
    const count = documented.length === 0 ? { weight: 12, arbitrary: fc.constant([]) } : undefined;
    const chosen = fc.oneof(
      ...(count
        ? [count]
        : [{ weight: 12, arbitrary: fc.array(fc.oneof(...pairs), { maxLength: 4 }) }]),
      { weight: 1, arbitrary: fc.array(unknown, { maxLength: 3 }) },
    );
    return chosen.map((all) =>
      all.length === 0 ? '' : `?${all.map(([name, value]) => `${name}=${value}`).join('&')}`,
    );
  }

  private queryValue(schema: Schema, name: string): fc.Arbitrary<string> {
    const one = schema.type === 'array' ? (schema.items as Schema) : schema;
    return this.values
      .of(one, name)
      .map((value) => encodeURIComponent(String(value).toWellFormed()));
  }

  private headers(): fc.Arbitrary<Headers> {
    const own = this.parameters.filter((parameter) => parameter.in === 'header');
    const documented = own.map(({ name }) => fc.tuple(fc.constant(name), nastyHeader));
    const others = fc.tuple(
      fc.constantFrom('Accept', 'Origin', 'Range', 'X-Request-Id', 'Cookie', 'Content-Encoding'),
      nastyHeader,
    );
    const one = fc.oneof(...documented, others);
    return fc
      .oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) },
      )
      .map((all) => all.map(([name, value]) => [name, value.replace(/[\r\n\0]/g, '')]));
  }

  private body(): fc.Arbitrary<{ headers: Headers; bytes: Buffer }> {
    const { content } = this.operation.requestBody ?? {};
    if (!content) {
      const stray = fc
        .string({ maxLength: 20 })
        .map((text) => typed('text/plain', Buffer.from(text)));
      return fc.oneof(
        { weight: 9, arbitrary: fc.constant(NO_BODY) },
        { weight: 1, arbitrary: stray },
      );
    }
    const kinds = Object.entries(content).map(([type, { schema }]) => this.bodyOf(type, schema));
    return fc
      .tuple(
        fc.oneof(...kinds),
        fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: oddType }),
      )
      .map(([body, odd]) => (odd === '' ? body : typed(odd, body.bytes)));
  }

  private bodyOf(type: string, schema: Schema): fc.Arbitrary<{ headers: Headers; bytes: Buffer }> {
    if (type === 'multipart/form-data') return this.form(schema);
    if (!type.includes('json'))
      return fc
        .oneof(fc.constantFrom(...this.pictures), fc.uint8Array({ maxLength: 200 }))
        .map((bytes) => typed(type, Buffer.from(bytes)));
    const text = this.jsonBody(schema).map((body) => Buffer.from(body));
    return fc.tuple(text, fc.integer({ min: 0, max: 40 })).map(([bytes, luck]) => {
      if (luck === 0)
        return {
          headers: [
            ['Content-Type', type],
            ['Content-Encoding', 'gzip'],
          ],
          bytes: gzipSync(bytes),
        };
      return typed(luck === 1 ? `${type}; charset=utf-16` : type, bytes);
    });
  }

  private jsonBody(schema: Schema): fc.Arbitrary<string> {
    const valid = this.values.of(schema);
    return fc.oneof(
      { weight: 3, arbitrary: valid.map(jsonText) },
      { weight: 5, arbitrary: almost(valid).map(jsonText) },
      { weight: 1, arbitrary: nastyValue.map(jsonText) },
    );
  }

  private form(schema: Schema): fc.Arbitrary<{ headers: Headers; bytes: Buffer }> {
    const metadata = this.jsonBody(schema.properties!.metadata!);
    const file = fc.oneof(fc.constantFrom(...this.pictures), fc.uint8Array({ maxLength: 100 }));
    const name = fc.oneof(
      { weight: 8, arbitrary: fc.constant('file') },
      { weight: 1, arbitrary: nastyText },
    );
    const parts = fc.tuple(metadata, file, name, fc.integer({ min: 0, max: 12 }));
    return parts.map(([json, bytes, fileName, order]) => {
      const record = { name: 'metadata', body: json, type: 'application/json' };
      const picture = { name: 'file', body: bytes, fileName: fileName.replace(/["\r\n]/g, '') };
      const orders = [
        [record],
        [picture],
        [],
        [record, record, picture],
        [record, picture, picture],
        [picture, record],
      ];
      const chosen = orders[order] ?? [record, picture];
      const form = formOf(...chosen);
      return order === 12
        ? typed(`multipart/form-data; boundary=${BOUNDARY}x`, form)
        : typed(FORM_TYPE, form);
    });
  }
}

const NO_BODY = { headers: [] as Headers, bytes: Buffer.alloc(0) };

const oddType = fc.constantFrom(
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=latin1',
  'application/json;;;',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/mixed; boundary=a',
  'image/svg+xml',
  '/',
  'a'.repeat(300),
);

function typed(type: string, bytes: Buffer): { headers: Headers; bytes: Buffer } {
  return { headers: [['Content-Type', type]], bytes };
}

/** One thing in a valid value is broken: another value, one too few, one too many, or one twice. */
function almost(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const how = fc.constantFrom('replace', 'remove', 'extra', 'twice', 'wrap');
  return fc
    .tuple(valid, fc.nat(), how, nastyValue, nastyText)
    .map(([value, luck, way, other, name]) => {
      const places = placesIn(value);
      const place = places[luck % places.length]!;
      return withChange(value, place, (old) => broken(old, way, other, name));
    });
}

function broken(old: unknown, way: string, other: unknown, name: string): unknown {
  const isObject = typeof old === 'object' && old !== null && !(old instanceof RawJson);
  if (way === 'remove') return undefined;
  if (way === 'wrap') return [old];
  if (way === 'extra' && Array.isArray(old)) return [...(old as unknown[]), other];
  if (way === 'extra' && isObject) return new RawJson(grown(old, name, other));
  if (way === 'twice' && isObject && !Array.isArray(old)) return new RawJson(doubled(old));
  return other;
}

function grown(old: object, name: string, other: unknown): string {
  const text = jsonText(old).slice(0, -1);
  return `${text}${text === '{' ? '' : ','}${JSON.stringify(name)}:${jsonText(other)}}`;
}

function doubled(old: object): string {
  const text = jsonText(old);
  return text === '{}' ? '{"a":1,"a":1}' : `${text.slice(0, -1)},${text.slice(1)}`;
}
