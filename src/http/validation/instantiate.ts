import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, ValidationTypes } from 'class-validator';

export type Path = (string | number)[];
type Fields = Record<string, unknown>;
type Constructor<T> = new () => T;

/** Stands for a value that class-transformer is to leave alone. */
const COVERED = Symbol('covered');

/**
 * An instance of a DTO class with the fields that were sent. Lists with `@ValidateNested` become instances
 * of their own class; every other value stays exactly what it was.
 *
 * class-transformer alone would copy all values one by one, which takes seconds for a large polygon, and
 * lose, in silence, those whose name is also a method's (`toString`).
 * @returns the instance, and the paths of fields that its class does not have
 */
export function instantiate<T extends object>(
  type: Constructor<T>,
  plain: object,
): { instance: T; unknown: Path[] } {
  const { known, nested } = fieldsOf(type);
  const names = Object.keys(plain);
  const sent = Object.fromEntries<unknown>(
    Object.entries(plain).filter(([name]) => known.has(name)),
  );
  const instance = plainToInstance(type, covered(sent, nested));
  return {
    instance,
    unknown: [
      ...names.filter((name) => !known.has(name)).map((name) => [name]),
      ...uncover(sent, instance as Fields),
    ],
  };
}

interface FieldNames {
  known: ReadonlySet<string>;
  nested: ReadonlySet<string>;
}

const FIELDS = new WeakMap<Constructor<object>, FieldNames>();

function fieldsOf(type: Constructor<object>): FieldNames {
  const found = FIELDS.get(type) ?? lookUpFields(type);
  FIELDS.set(type, found);
  return found;
}

function lookUpFields(type: Constructor<object>): FieldNames {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  const nested = rules.filter((rule) => rule.type === ValidationTypes.NESTED_VALIDATION);
  return {
    known: new Set(rules.map(({ propertyName }) => propertyName)),
    nested: new Set(nested.map(({ propertyName }) => propertyName)),
  };
}

function covered(sent: Fields, nested: ReadonlySet<string>): Fields {
  return mapFields(sent, (value, name) =>
    nested.has(name) && Array.isArray(value) ? value.map(coveredItem) : cover(value),
  );
}

function coveredItem(item: unknown): unknown {
  return isObject(item) && !Array.isArray(item) ? mapFields(item, cover) : cover(item);
}

/** Texts are left to the transformations of their field, also several of them. */
function cover(value: unknown): unknown {
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isObject(value) && !isTexts ? COVERED : value;
}

/** Puts the covered values back. @returns the paths of those that are lost */
function uncover(sent: Fields, made: Fields): Path[] {
  return Object.entries(sent).flatMap(([name, value]) => {
    if (!Object.hasOwn(made, name)) return [[name]];
    const kept = made[name];
    if (kept === COVERED) made[name] = value;
    else if (isObject(value) && isObject(kept))
      return uncover(value, kept).map((path) => [name, ...path]);
    return [];
  });
}

function mapFields(fields: Fields, change: (value: unknown, name: string) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, change(value, name)]),
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
