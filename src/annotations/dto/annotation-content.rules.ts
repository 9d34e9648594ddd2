import type { ValidationOptions } from 'class-validator';
import { InspectedBy, type InnerFault } from '../../http/validation/inspected-by.js';
import type { Attributes } from '../annotation.js';

const MAX_ATTRIBUTES = 32;
const MAX_ATTRIBUTE_CHARACTERS = 1_000;

/** A flat object of at most 32 strings, numbers and booleans; every one that is wrong is named. */
export function IsAttributes(options?: ValidationOptions): PropertyDecorator {
  return InspectedBy('isAttributes', attributeFaults, options);
}

function attributeFaults(value: unknown): InnerFault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path: [], detail: 'must be an object' }];
  const entries = Object.entries(value);
  if (entries.length > MAX_ATTRIBUTES)
    return [{ path: [], detail: `must have at most ${MAX_ATTRIBUTES} attributes` }];
  const names = new Set<string>();
  return entries.flatMap(([key, item]) => {
    const name = key.normalize('NFC');
    const detail = names.has(name)
      ? 'is the same name as another one in Unicode NFC'
      : attributeFault(key, item);
    names.add(name);
    return detail === undefined ? [] : [{ path: [key], detail }];
  });
}

/** Attributes with their names and texts in Unicode NFC. */
export function attributesInNfc(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).map(([name, value]) => [
    name.normalize('NFC'),
    typeof value === 'string' ? value.normalize('NFC') : value,
  ]);
  return Object.fromEntries(entries) as Attributes;
}

function attributeFault(key: string, value: unknown): string | undefined {
  if (key === '' || key.length > MAX_ATTRIBUTE_CHARACTERS)
    return `must have a name of 1 to ${MAX_ATTRIBUTE_CHARACTERS} characters`;
  if (typeof value === 'number' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'string') return 'must be a string, a number or a boolean';
  if (value.length > MAX_ATTRIBUTE_CHARACTERS)
    return `must have at most ${MAX_ATTRIBUTE_CHARACTERS} characters`;
  return undefined;
}
