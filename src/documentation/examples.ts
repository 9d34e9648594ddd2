import { NDJSON } from '../http/openapi.js';
import type { Document, Response, Schema } from './document.js';
import { forEachOperation } from './document.js';

type Schemas = Document['components']['schemas'];

/** Puts an example beside every JSON body that has none, made of the examples of its fields. */
export function addExamples(document: Document): void {
  forEachOperation(document, ({ requestBody, responses }) => {
    const bodies = [requestBody, ...Object.values(responses)];
    for (const { content } of bodies.filter((body) => body !== undefined))
      for (const [type, media] of Object.entries(content ?? {})) {
        if (type === 'multipart/form-data')
          exemplifyParts(media.schema, document.components.schemas);
        if (!/[/+]json$/.test(type) || media.example !== undefined || media.examples) continue;
        media.example = exampleOf(media.schema, document.components.schemas);
      }
    for (const { content } of bodies.filter((body) => body !== undefined)) exemplifyLines(content);
  });
}

/** A list as lines shows what it shows as an array. */
function exemplifyLines(content: Response['content']): void {
  const [lines, list] = [content?.[NDJSON], content?.['application/json']?.example];
  if (lines && Array.isArray(list))
    lines.example = list.map((item) => `${JSON.stringify(item)}\n`).join('');
}

// A form as a whole can have no example, because its file cannot.
function exemplifyParts(form: Schema, schemas: Schemas): void {
  for (const part of Object.values(form.properties ?? {}))
    if (part.$ref !== undefined) part.examples = [exampleOf(part, schemas)];
}

/** The example of a schema: its own, or one made of those of its parts; undefined if there is none. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.$ref !== undefined) return exampleOf(resolve(schema.$ref, schemas), schemas);
  if (schema.anyOf?.[0]) return exampleOf(schema.anyOf[0], schemas);
  if (schema.items) return [exampleOf(schema.items, schemas)];
  if (!schema.properties) return schema.default ?? schema.enum?.[0];
  const fields = Object.entries(schema.properties).map(([name, field]) => [
    name,
    exampleOf(field, schemas),
  ]);
  return Object.fromEntries(fields.filter(([, example]) => example !== undefined)) as unknown;
}

function resolve(reference: string, schemas: Schemas): Schema {
  const schema = schemas[reference.replace('#/components/schemas/', '')];
  if (!schema) throw new Error(`The document names ${reference}, which is not there.`);
  return schema;
}
