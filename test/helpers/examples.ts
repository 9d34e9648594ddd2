import type { Test } from 'supertest';
import { exampleOf } from '../../src/documentation/examples.js';
import type { Http } from './app.js';
import {
  type Method,
  type OpenApi,
  type Operation,
  operationsOf,
  type Parameter,
} from './openapi.js';
import { drawPicture } from './pictures.js';

/** One of an operation's examples, as a request. */
export interface ExampleRequest {
  name: string;
  mediaType?: string;
  /** Of several bodies of the media type, its name. */
  example?: string;
  /** The one optional parameter that is sent along. */
  parameter?: Parameter;
}

/** Sends what the OpenAPI document shows, as Swagger UI would. */
export class Examples {
  private constructor(
    readonly document: OpenApi,
    private readonly http: Http,
    /** What a reader would choose as the file. */
    readonly picture: Buffer,
  ) {}

  static async of(document: OpenApi, http: Http): Promise<Examples> {
    const picture = await drawPicture({ format: 'jpeg', width: 640, height: 480 });
    return new Examples(document, http, picture);
  }

  /** Every body that an operation documents, and every optional parameter, one at a time. */
  requestsOf(operationId: string): ExampleRequest[] {
    const { operation } = this.find(operationId);
    const content = operation.requestBody?.content ?? {};
    const bodies = Object.keys(content);
    // A digest is one of certain bytes: there can be no example for whatever a reader sends.
    const optional = this.parametersOf(operation).filter(
      ({ name, required }) => required !== true && !['Content-Digest', 'v'].includes(name),
    );
    return [
      ...(bodies.length === 0 ? [{ name: 'as it stands' }] : []),
      ...bodies.flatMap((mediaType): ExampleRequest[] => {
        const named = Object.keys(content[mediaType]?.examples ?? {});
        if (named.length === 0) return [{ name: `as ${mediaType}`, mediaType }];
        return named.map((example) => ({ name: `${example} as ${mediaType}`, mediaType, example }));
      }),
      ...optional.map((parameter) => ({
        name: `with ${parameter.name}`,
        parameter,
        ...(bodies[0] !== undefined && { mediaType: bodies[0] }),
      })),
    ];
  }

  send(operationId: string, request: Partial<ExampleRequest> = {}): Test {
    const { method, template, operation } = this.find(operationId);
    const [first] = Object.keys(operation.requestBody?.content ?? {});
    const { mediaType = first, parameter, example } = request;
    const parameters = this.parametersOf(operation);
    const path = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
      encodeURIComponent(String(parameters.find((one) => one.name === name)?.example)),
    );
    const query = parameter?.in === 'query' ? `?${queryOf(parameter)}` : '';
    const test = this.http[method](`${path}${query}`);
    if (parameter?.in === 'header') test.set(parameter.name, String(valueOf(parameter)));
    return mediaType === undefined ? test : this.withBody(test, operation, mediaType, example);
  }

  private withBody(test: Test, operation: Operation, mediaType: string, name?: string): Test {
    const media = operation.requestBody?.content[mediaType];
    if (mediaType === 'multipart/form-data') {
      const { metadata } = media?.schema.properties ?? {};
      const example = exampleOf(metadata ?? {}, this.document.components.schemas);
      return test
        .field('metadata', JSON.stringify(example))
        .attach('file', this.picture, 'file.jpg');
    }
    if (!mediaType.endsWith('json')) return test.type(mediaType).send(this.picture);
    const named = media?.examples ?? {};
    const value = media?.example ?? named[name ?? Object.keys(named)[0] ?? '']?.value;
    return test.type(mediaType).send(JSON.stringify(value));
  }

  parametersOf(operation: Operation): Parameter[] {
    return (operation.parameters ?? []).map((parameter) => {
      const name = parameter.$ref?.split('/').at(-1);
      const found = name === undefined ? parameter : this.document.components.parameters?.[name];
      if (!found) throw new Error(`The document has no parameter ${String(name)}`);
      return found;
    });
  }

  find(operationId: string): { method: Method; template: string; operation: Operation } {
    for (const found of operationsOf(this.document))
      if (found.operation.operationId === operationId) return found;
    throw new Error(`The document has no operation ${operationId}.`);
  }
}

/** The example of an optional parameter: one that no page fills in by itself. */
export function valueOf({ schema }: Parameter): unknown {
  return (schema.examples as unknown[] | undefined)?.[0] ?? schema.default;
}

function queryOf(parameter: Parameter): string {
  const values = [valueOf(parameter)].flat();
  return values.map((value) => `${parameter.name}=${encodeURIComponent(String(value))}`).join('&');
}
