/** An OpenAPI 3.1 document, as far as this service writes one. */
export interface Document {
  openapi: string;
  info: Record<string, unknown>;
  servers: { url: string; description?: string }[];
  security: SecurityRequirement[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    parameters: Record<string, Parameter>;
    headers: Record<string, Header>;
    securitySchemes?: Readonly<Record<string, SecurityScheme>>;
  };
}

export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: (Parameter | Reference)[];
  requestBody?: { required?: boolean; description?: string; content: Record<string, MediaType> };
  responses: Record<string, Response>;
  security?: SecurityRequirement[];
  [extension: `x-${string}`]: unknown;
}

/** One way to be let in: the schemes that it takes, each with roles. */
export type SecurityRequirement = Record<string, readonly string[]>;

export interface SecurityScheme {
  type: 'apiKey' | 'http';
  description: string;
  in?: 'header';
  name?: string;
  scheme?: string;
  bearerFormat?: string;
}

export interface Reference {
  $ref: string;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description?: string;
  required?: boolean;
  style?: string;
  explode?: boolean;
  example?: unknown;
  schema: Schema;
}

export interface Header {
  description: string;
  required?: boolean;
  schema: Schema;
}

export interface Response {
  description: string;
  headers?: Record<string, Header | Reference>;
  content?: Record<string, MediaType>;
}

export interface MediaType {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { summary?: string; description?: string; value: unknown }>;
  encoding?: Record<string, { contentType: string }>;
}

/** A JSON Schema (2020-12), or on its way to one. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  examples?: unknown[];
  default?: unknown;
  description?: string;
  [keyword: string]: unknown;
}

/** Changes every operation of a document in place. */
export function forEachOperation(
  document: Pick<Document, 'paths'>,
  change: (operation: Operation, method: string, path: string) => void,
): void {
  for (const [path, item] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(item)) change(operation, method, path);
}
