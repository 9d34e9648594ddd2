import { jsonPointer } from '../../errors/json-pointer.js';
import type { Fault } from '../../errors/domain-error.js';
import { MAX_FAULTS } from '../../errors/invalid-request.js';

/** Deeper JSON than this is nobody's data, and overflows whatever walks it recursively. */
export const MAX_JSON_DEPTH = 32;

/** More fields than any object has here; validation would take a time that grows with their square. */
const MAX_JSON_FIELDS = 100;
/** Twice as many items as the longest list may have: the points of a polygon, which say so themselves. */
const MAX_JSON_ITEMS = 20_000;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What is valid JSON but can neither be stored nor handled safely: NUL and lone surrogates (PostgreSQL
 * refuses them in text and jsonb: 22021, 22P05, 22P02), numbers beyond float64 (`1e400` is parsed to
 * Infinity), keys that reach an object's prototype, nesting below `MAX_JSON_DEPTH`, and objects and lists
 * of more than anybody needs, which would keep validation busy for seconds.
 */
export function jsonValueFaults(value: unknown): Fault[] {
  const faults: Fault[] = [];
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
      if (path.length >= MAX_JSON_DEPTH)
        fail(`must not be nested deeper than ${MAX_JSON_DEPTH} levels`);
      else visitChildren(item);
    }
  };
  const visitChildren = (parent: object): void => {
    if (Array.isArray(parent)) {
      if (parent.length > MAX_JSON_ITEMS) {
        fail(`must not have more than ${MAX_JSON_ITEMS} items`);
        return;
      }
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
    for (const [key, item] of entries) {
      path.push(key);
      const detail = FORBIDDEN_KEYS.has(key) ? 'is not a name that is taken' : textFault(key);
      if (detail) fail(detail);
      else visit(item);
      path.pop();
    }
  };
  visit(value);
  return faults;
}

function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the character NUL';
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it has a lone surrogate)';
  return undefined;
}
