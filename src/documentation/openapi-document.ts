import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Environment } from '../config/environment.js';
import { versionOfThePackage } from '../config/package-version.js';
import { BODY_EXTENSION } from '../http/openapi.js';
import { addCommonHeaders, addConventions, HEADERS, PARAMETERS } from './conventions.js';
import { type Document, forEachOperation, type Operation, type Schema } from './document.js';
import { addExamples } from './examples.js';
import { INTRODUCTION, TAGS } from './introduction.js';
import { eachOf, toJsonSchema } from './json-schema.js';
import {
  addProblemResponses,
  FAULT_SCHEMA,
  PROBLEM_SCHEMA,
  problemCodesOf,
} from './problem-responses.js';
import { addSecurity } from './security.js';

/**
 * The service's OpenAPI 3.1 document: what controllers and DTOs say, and what holds for all of them.
 */
export function openApiDocument(app: INestApplication, environment: Environment): Document {
  const document = whatNestKnows(app, environment.publicUrl);
  takeBodies(document);
  document.components.schemas = eachOf(document.components.schemas);
  forEachOperation(document, (operation) => {
    for (const parameter of operation.parameters ?? [])
      if ('schema' in parameter) parameter.schema = toJsonSchema(parameter.schema);
    for (const body of [operation.requestBody, ...Object.values(operation.responses)])
      for (const media of Object.values(body?.content ?? {}))
        media.schema = toJsonSchema(media.schema);
  });
  for (const schema of Object.values(document.components.schemas)) sortFields(schema);
  closeRequests(document.components.schemas);
  addConventions(document, (operation) => problemCodesOf(operation, ''));
  addProblemResponses(document);
  addCommonHeaders(document);
  addExamples(document);
  addSecurity(document, environment.auth === 'on');
  return document;
}

function whatNestKnows(app: INestApplication, publicUrl: string | undefined): Document {
  const settings = new DocumentBuilder().setOpenAPIVersion('3.1.0').build();
  const { paths, components } = SwaggerModule.createDocument(app, settings, {
    autoTagControllers: false,
    operationIdFactory: (_controller, method) => method,
  }) as unknown as Pick<Document, 'paths' | 'components'>;
  return {
    openapi: '3.1.0',
    info: {
      title: 'Loupe',
      version: versionOfThePackage(),
      description: INTRODUCTION,
      contact: { name: 'Whoever runs this service' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    security: [],
    tags: TAGS,
    paths,
    components: {
      schemas: { ...components.schemas, Problem: PROBLEM_SCHEMA, Fault: FAULT_SCHEMA },
      parameters: PARAMETERS,
      headers: HEADERS,
    },
  };
}

function takeBodies(document: Document): void {
  forEachOperation(document, (operation) => {
    const body = operation[BODY_EXTENSION] as Operation['requestBody'];
    if (body) operation.requestBody = body;
    Reflect.deleteProperty(operation, BODY_EXTENSION);
  });
}

// What a resource is comes first, and its bookkeeping last.
const FIRST = ['code', 'id', 'name', 'image_key', 'index', 'client_id', 'instrument', 'polygon'];
const LAST = [
  'annotations',
  'received_at',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'deleted_at',
  'version',
];

/** Nest tells the fields that a decorator describes first, which is no order for a reader. */
function sortFields(schema: Schema): void {
  const place = (name: string) =>
    FIRST.includes(name) ? FIRST.indexOf(name) - FIRST.length : LAST.indexOf(name) + 1;
  const fields = Object.entries(schema.properties ?? {});
  if (schema.properties)
    schema.properties = Object.fromEntries(
      fields.sort(([one], [other]) => place(one) - place(other)),
    );
}

/** Unknown fields of a request are refused by name. */
function closeRequests(schemas: Record<string, Schema>): void {
  for (const [name, schema] of Object.entries(schemas))
    if (name.endsWith('Request')) schema.additionalProperties = false;
}
