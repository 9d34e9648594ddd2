import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { repeatedFields } from './repeated-fields.js';

const pointersOf = (text: string) => repeatedFields(text).map(({ pointer }) => pointer);

describe('repeatedFields', () => {
  it.each<[string, string[]]>([
    ['{"a":1,"a":2,"a":3}', ['#/a']],
    ['{"a":1,"\\u0061":1}', ['#/a']],
    ['{"a":{"b":1},"c":{"b":1}}', []],
    ['{"a":[{"b":1},{"b":1, "b" :2}]}', ['#/a/1/b']],
    ['[[1,2],[3,{"a":[],"a":{}}]]', ['#/1/1/a']],
    ['{"a":{"a":{"a":1},"a":2},"b":"a"}', ['#/a/a']],
    ['{"a":"\\"a\\":","a\\\\":1,"a\\\\":2}', ['#/a\\']],
    ['{"a":"{","b":"[","a":1}', ['#/a']],
    ['{"":1,"":2,"a/b~":1,"a/b~":1}', ['#/', '#/a~1b~0']],
    ['{"a":"a","b":["a","a"]}', []],
    ['"a"', []],
  ])('finds in %s: %j', (text, pointers) => {
    expect(pointersOf(text)).toEqual(pointers);
  });

  it('finds none in what was written from a value, and one where a field is written twice', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (text, name) => {
        expect(pointersOf(text)).toEqual([]);
        const key = JSON.stringify(name);
        expect(
          pointersOf(`[{${key}:${text},"${name.length} other":1,${key}:${text}}]`),
        ).toHaveLength(1);
      }),
    );
  });

  it('names at most a hundred', () => {
    const text = `[${Array(5_000).fill('{"a":1,"a":2}').join()}]`;
    expect(pointersOf(text)).toHaveLength(100);
  });
});
