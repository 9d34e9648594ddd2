import type { Schema } from './document.js';

/**
 * A schema as Nest writes it (OpenAPI 3.0) in the words of OpenAPI 3.1, which are those of JSON Schema
 * 2020-12: null is a type, and an example is one of `examples`.
 */
export function toJsonSchema({ nullable, example, exclusiveMinimum, ...schema }: Schema): Schema {
  const { minimum, ...unbounded } = schema;
  const own = {
    ...(exclusiveMinimum === true ? { ...unbounded, exclusiveMinimum: minimum } : schema),
    ...(schema.items && { items: toJsonSchema(schema.items) }),
    ...(schema.properties && { properties: eachOf(schema.properties) }),
    ...(isSchema(schema.additionalProperties) && {
      additionalProperties: toJsonSchema(schema.additionalProperties),
    }),
    ...(example !== undefined && { examples: [example] }),
  };
  return nullable === true ? orNull(own) : flat(own);
}

export function eachOf(schemas: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]),
  );
}

function isSchema(value: boolean | Schema | undefined): value is Schema {
  return typeof value === 'object';
}

function orNull(schema: Schema): Schema {
  const { allOf, type, enum: values, ...rest } = schema;
  if (allOf) return { ...rest, anyOf: [...allOf, { type: 'null' }] };
  return {
    ...rest,
    type: [type, 'null'].flat().filter((name) => name !== undefined),
    ...(values && { enum: [...values, null] }),
  };
}

// Nest wraps a reference that has a description; in 3.1 the two may stand side by side.
function flat(schema: Schema): Schema {
  const { allOf, ...rest } = schema;
  const [only, ...others] = allOf ?? [];
  if (only?.$ref === undefined || others.length > 0) return schema;
  delete rest.type;
  return { ...rest, ...only };
}
