import { validateSync, type ValidationError } from 'class-validator';
import type { Environment } from '../../config/environment.js';
import type { Fault } from '../../errors/domain-error.js';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { jsonPointer } from '../../errors/json-pointer.js';
import type { FaultFinder } from './inspected-by.js';
import { instantiate, type Path } from './instantiate.js';
import { withSettings } from './settings-in-force.js';

type Constructor<T> = new () => T;

const UNKNOWN = 'is not known here';

/**
 * Checks a parsed JSON body against its DTO class; unknown fields are refused by name.
 * @throws InvalidRequest with a JSON pointer for every fault
 */
export function validateBody<T extends object>(
  type: Constructor<T>,
  body: unknown,
  settings: Readonly<Environment>,
): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidRequest([{ pointer: '#', detail: 'must be a JSON object' }]);
  const toFault = (path: Path, detail: string) => ({ pointer: jsonPointer(path), detail });
  return withSettings(settings, () => validate(type, body, toFault));
}

/**
 * Checks query or path parameters against their DTO class; unknown parameters are refused by name.
 * @throws InvalidRequest with the parameter's name for every fault
 */
export function validateParameters<T extends object>(type: Constructor<T>, parameters: object): T {
  const toFault = (path: Path, detail: string) => {
    const [name = ''] = path;
    const isRepeated = Array.isArray((parameters as Record<string, unknown>)[name]);
    // A list of values is checked one by one, which the message tells; anything else wants one value.
    const isOfList = /^(?:each value|must not be given more than \d+ times)/.test(detail);
    const wantsOne = isRepeated && !isOfList && path.length === 1;
    return {
      parameter: String(name),
      detail: wantsOne ? 'must not be given more than once' : detail,
    };
  };
  if (Object.keys(parameters).length > 0) return validate(type, parameters, toFault);
  // Most requests have none, which is right or wrong for good.
  if (NONE_NEEDED.has(type)) return new type();
  const instance = validate(type, parameters, toFault);
  NONE_NEEDED.add(type);
  return instance;
}

/** Classes of parameters that are valid where there are none at all. */
const NONE_NEEDED = new WeakSet<Constructor<object>>();

function validate<T extends object>(
  type: Constructor<T>,
  plain: object,
  toFault: (path: Path, detail: string) => Fault,
): T {
  const { instance, unknown } = instantiate(type, plain);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  const faults = [
    ...unknown.map((path) => toFault(path, UNKNOWN)),
    ...errors.flatMap((error) => faultsOf(error, [], toFault)),
  ];
  if (faults.length > 0) throw new InvalidRequest(faults);
  return instance;
}

function faultsOf(
  error: ValidationError,
  parents: Path,
  toFault: (path: Path, detail: string) => Fault,
): Fault[] {
  const name = /^\d+$/.test(error.property) ? Number(error.property) : error.property;
  const path = [...parents, name];
  const constraints = Object.entries(error.constraints ?? {});
  const inner = constraints.flatMap(([constraint]) => {
    const finder = error.contexts?.[constraint] as Partial<FaultFinder> | undefined;
    return finder?.faults?.(error.value, error.target ?? {}) ?? [];
  });
  const own = inner.map((fault) => toFault([...path, ...fault.path], fault.detail));
  if (own.length === 0) own.push(...wholeFault(constraints, error, path, toFault));
  // What should be a list but is an object is looked into all the same, as if it were an item.
  const children = error.constraints && 'isArray' in error.constraints ? [] : error.children;
  return [...own, ...(children ?? []).flatMap((child) => faultsOf(child, path, toFault))];
}

// Decorators are applied from the bottom up: the last one is the topmost, which says what the value is at
// all. Bounds mean nothing to something that is not a number.
function wholeFault(
  constraints: [name: string, message: string][],
  { property, value }: ValidationError,
  path: Path,
  toFault: (path: Path, detail: string) => Fault,
): Fault[] {
  const [name, message] = constraints.at(-1) ?? [];
  if (message === undefined) return [];
  if (name === 'whitelistValidation') return [toFault(path, UNKNOWN)];
  if (value === undefined) return [toFault(path, 'is required')];
  // What is no list at all holds nothing either.
  const [, noList] = constraints.find(([constraint]) => constraint === 'isArray') ?? [];
  if (name === 'nestedValidation' && noList === undefined)
    return [toFault(path, 'must hold nothing but objects')];
  return [toFault(path, withoutName(noList ?? message, property))];
}

// class-validator begins its sentences with the property's name, which stands beside the detail anyway.
function withoutName(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
