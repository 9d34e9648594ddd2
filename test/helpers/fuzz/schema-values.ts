import fc from 'fast-check';
import type { OpenApi, Schema } from '../openapi.js';

/** Ids and keys that exist now and then: they are made, changed and removed by the requests themselves. */
export const KNOWN = ['fuzz-0', 'fuzz-1', 'fuzz/2', 'fuzz-3', 'fuzz 4', 'fuzz-ä'] as const;

const NAMES = /(^|_)(id|key)$/;
const MOST_ITEMS = 4;
const DAY_MS = 86_400_000;

/** Values of a schema of the document: all of them, not only likely ones. */
export class SchemaValues {
  constructor(private readonly document: OpenApi) {}

  /** @param name of the field or parameter: ids are drawn from those that may exist */
  of(schema: Schema, name = ''): fc.Arbitrary<unknown> {
    const examples = schema.examples as unknown[] | undefined;
    const drawn = this.drawn(this.resolved(schema), name);
    return examples?.length ? fc.oneof(fc.constantFrom(...examples), drawn) : drawn;
  }

  resolved(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    if (name === undefined) return schema;
    const found = this.document.components.schemas[name];
    if (!found) throw new Error(`The document has no schema ${name}.`);
    return this.resolved(found);
  }

  private drawn(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
    if (choices) return fc.oneof(...choices.map((choice) => this.of(choice, name)));
    if (schema.enum) return fc.constantFrom(...(schema.enum as unknown[]));
    const types = [schema.type ?? 'string'].flat();
    return fc.oneof(...types.map((type) => this.ofType(type, schema, name)));
  }

  private ofType(type: string, schema: Schema, name: string): fc.Arbitrary<unknown> {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer(bounds(schema));
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true, ...bounds(schema) });
      case 'array':
        return this.array(schema, name);
      case 'object':
        return this.object(schema);
      default:
        return text(schema, name);
    }
  }

  private array(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const { minItems = 0, maxItems = MOST_ITEMS } = schema as {
      minItems?: number;
      maxItems?: number;
    };
    const maxLength = Math.max(minItems, Math.min(maxItems, MOST_ITEMS));
    return fc.array(this.of(schema.items as Schema, name), { minLength: minItems, maxLength });
  }

  private object(schema: Schema): fc.Arbitrary<unknown> {
    const { required = [] } = schema as { required?: string[] };
    const fields = Object.entries(schema.properties ?? {}).map(
      ([name, field]) => [name, this.of(field, name)] as const,
    );
    const record = fc.record(Object.fromEntries(fields), { requiredKeys: required });
    if (typeof schema.additionalProperties !== 'object') return record;
    const others = this.of(schema.additionalProperties as Schema);
    return fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), others, { maxKeys: 3 });
  }
}

function bounds(schema: Schema) {
  const { minimum, exclusiveMinimum, maximum } = schema as Record<string, number | undefined>;
  const min = minimum ?? exclusiveMinimum;
  return {
    ...(min === undefined ? {} : { min }),
    ...(maximum === undefined ? {} : { max: maximum }),
  };
}

function text(schema: Schema, name: string): fc.Arbitrary<string> {
  if (schema.format === 'date-time')
    return fc
      .integer({ min: -20_000, max: 60_000 })
      .map((day) => new Date(day * DAY_MS).toISOString());
  if (NAMES.test(name)) return fc.constantFrom<string>(...KNOWN);
  const { minLength = 0, maxLength = 40 } = schema as { minLength?: number; maxLength?: number };
  return fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, 40) });
}
