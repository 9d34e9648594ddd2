/** As much of an OpenAPI 3.1 document as the specs look at. */
export interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string; description?: string }[];
  paths: Record<string, PathItem>;
  components: {
    schemas: Record<string, Schema>;
    headers?: Record<string, Header>;
    parameters?: Record<string, Parameter>;
    securitySchemes?: Record<string, unknown>;
  };
}

export type PathItem = Partial<Record<Method, Operation>>;

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export const METHODS: readonly Method[] = ['get', 'post', 'put', 'patch', 'delete'];

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  example?: unknown;
  schema: Schema;
}

export interface Response {
  description: string;
  headers?: Record<string, Header>;
  content?: Record<string, MediaType>;
}

export interface Header {
  $ref?: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface MediaType {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { summary?: string; value: unknown }>;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  [keyword: string]: unknown;
}

export interface FoundOperation {
  template: string;
  operation: Operation;
  /** Where it stands in the document, as a JSON pointer fragment. */
  pointer: string;
}

/**
 * The operation that serves a path as it was sent (still percent-encoded); HEAD is served by GET.
 * A literal segment wins over a parameter.
 */
export function operationOf(
  document: OpenApi,
  method: string,
  path: string,
): FoundOperation | undefined {
  const wanted = (method.toLowerCase() === 'head' ? 'get' : method.toLowerCase()) as Method;
  const matching = Object.keys(document.paths)
    .filter((template) => patternOf(template).test(path))
    .sort((one, other) => one.split('{').length - other.split('{').length);
  for (const template of matching) {
    const operation = document.paths[template]?.[wanted];
    const token = template.replaceAll('~', '~0').replaceAll('/', '~1');
    if (operation) return { template, operation, pointer: `#/paths/${token}/${wanted}` };
  }
  return undefined;
}

/** Express ignores the case of a path and a slash at its end, and so must this. */
function patternOf(template: string): RegExp {
  const source = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${source}/?$`, 'i');
}

/** Every operation of a document, with its method and path template. */
export function* operationsOf(
  document: OpenApi,
): Generator<{ method: Method; template: string; operation: Operation }> {
  for (const [template, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) yield { method, template, operation };
    }
  }
}
