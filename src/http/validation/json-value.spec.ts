import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inspectedJson } from './json-value.js';

const jsonValueFaults = (value: unknown) => inspectedJson(value, 32).faults;

const pointersOf = (value: unknown) => jsonValueFaults(value).map(({ pointer }) => pointer);

describe('inspectedJson', () => {
  it('finds nothing wrong with JSON that can be stored', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 10 }).filter(isHarmless);
    const { value } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        fc.constant(null),
        fc.boolean(),
        fc.string({ unit: 'grapheme' }).filter(isHarmless),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      value: fc.oneof(
        { maxDepth: 5 },
        tie('leaf'),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value'), { maxKeys: 8 }),
      ),
    }));
    fc.assert(fc.property(value, (json) => expect(jsonValueFaults(json)).toEqual([])));
  });

  it.each<[string, unknown, string]>([
    ['1e400', JSON.parse('{"a":[1e400]}'), '#/a/0'],
    ['-1e400', JSON.parse('-1e400'), '#'],
    ['NUL in a text', { a: 'x\0' }, '#/a'],
    ['NUL in a name', { 'x\0': 1 }, '#/x\0'],
    ['half a surrogate pair', ['\ud83e'], '#/0'],
    ['the other half', ['\uddb7'], '#/0'],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}'), '#/a/__proto__'],
    ['constructor', JSON.parse('{"constructor":{"prototype":1}}'), '#/constructor'],
    ['33 levels', nested(33), `#${'/0'.repeat(32)}`],
    ['100,000 levels', nested(100_000), `#${'/0'.repeat(32)}`],
    ['101 fields', { a: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, n])) }, '#/a'],
  ])('names the place of %s', (_what, value, pointer) => {
    expect(pointersOf(value)).toEqual([pointer]);
  });

  it.each<[string, unknown]>([
    ['32 levels', nested(32)],
    ['100 fields', Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, n]))],
    ['20,000 items', Array(20_000).fill(0)],
    ['a whole surrogate pair', ['🦷']],
    ['the names of methods', { toString: 1, valueOf: 2 }],
    ['the largest number', [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE]],
  ])('lets %s through', (_what, value) => expect(jsonValueFaults(value)).toEqual([]));

  it('counts the fields of all objects', () => {
    expect(inspectedJson({ a: [{ b: 1 }, { b: { c: [] } }], d: null }, 32).fields).toBe(5);
  });

  it('names every place, up to a hundred', () => {
    expect(pointersOf({ a: '\0', b: ['\0', 1, '\0'] })).toEqual(['#/a', '#/b/0', '#/b/2']);
    expect(jsonValueFaults(Array(5_000).fill('\0'))).toHaveLength(100);
  });
});

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

function isHarmless(text: string): boolean {
  return (
    text.isWellFormed() &&
    !text.includes('\0') &&
    !['__proto__', 'constructor', 'prototype'].includes(text)
  );
}
