import { jsonPointer } from '../../errors/json-pointer.js';
import type { Fault } from '../../errors/domain-error.js';
import { MAX_FAULTS } from '../../errors/invalid-request.js';

/** More fields than any object has here; validation would take a time that grows with their square. */
const MAX_JSON_FIELDS = 100;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What a value is found to be. */
export interface InspectedJson {
  faults: Fault[];
  /** How many fields all of its objects have; fewer where something is wrong. */
  fields: number;
}

/**
 * What is valid JSON but can neither be stored nor handled safely: NUL and lone surrogates (PostgreSQL
 * refuses them in text and jsonb: 22021, 22P05, 22P02), numbers beyond float64 (`1e400` is parsed to
 * Infinity), keys that reach an object's prototype, nesting deeper than `maxDepth`, which overflows whatever
 * walks it recursively, and objects of more fields than anybody needs, which would keep validation busy for
 * seconds.
 */
export function inspectedJson(value: unknown, maxDepth: number): InspectedJson {
  const faults: Fault[] = [];
  let fields = 0;
  const path: (string | number)[] = [];
  const fail = (detail: string) => faults.push({ pointer: jsonPointer(path), detail });

  const visit = (item: unknown): void => {
    if (faults.length >= MAX_FAULTS) return;
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) fail('must be a number within the range of float64');
    } else if (typeof item === 'string') {
      const detail = textFault(item);
      if (detail) fail(detail);
    } else if (typeof item === 'object' && item !== null) {
      if (path.length >= maxDepth) fail(`must not be nested deeper than ${maxDepth} levels`);
      else visitChildren(item);
    }
  };
  const visitChildren = (parent: object): void => {
    if (Array.isArray(parent)) {
      parent.forEach((item, index) => {
        path.push(index);
        visit(item);
        path.pop();
      });
      return;
    }
    const entries = Object.entries(parent);
    if (entries.length > MAX_JSON_FIELDS) {
      fail(`must not have more than ${MAX_JSON_FIELDS} fields`);
      return;
    }
    fields += entries.length;
    for (const [key, item] of entries) {
      path.push(key);
      const detail = FORBIDDEN_KEYS.has(key) ? 'cannot be used as a name' : textFault(key);
      if (detail) fail(detail);
      else visit(item);
      path.pop();
    }
  };
  visit(value);
  return { faults, fields };
}

function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the character NUL';
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it has a lone surrogate)';
  return undefined;
}
