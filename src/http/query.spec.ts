import { describe, expect, it } from '@jest/globals';
import { malformedParameters, parseQuery } from './query.js';

describe('parseQuery', () => {
  it('makes an array of a parameter that is repeated', () => {
    expect({ ...parseQuery('a=1&b=2&a=3&c') }).toEqual({ a: ['1', '3'], b: '2', c: '' });
  });

  it('decodes percent-encoded UTF-8, and + as a space', () => {
    expect({ ...parseQuery('q=Zo%C3%AB+%F0%9F%A6%B7%26') }).toEqual({ q: 'Zoë 🦷&' });
  });

  it('reads names as they are, also those of prototypes and brackets', () => {
    expect(Object.keys(parseQuery('__proto__=1&constructor=2&a[b]=3'))).toEqual([
      '__proto__',
      'constructor',
      'a[b]',
    ]);
    expect(Object.getPrototypeOf(parseQuery('__proto__=1&__proto__=2'))).toBeNull();
  });

  it('reads every parameter of a long query', () => {
    expect(parseQuery('a=1&'.repeat(5_000) + 'last=1')).toMatchObject({ last: '1' });
  });

  it.each([null, undefined, '', '&', '&&'])('finds no parameter in %j', (query) => {
    expect(Object.keys(parseQuery(query))).toEqual([]);
  });
});

describe('malformedParameters', () => {
  it.each(['', 'a', 'a=%C3%AB', 'a=%25', 'a=%F0%9F%A6%B7&b=+'])('finds none in %j', (query) => {
    expect(malformedParameters(query)).toEqual([]);
  });

  it.each(['a=%', 'a=%z1', 'a=%1', 'a=%E9', 'a=%ED%A0%80', 'a=%C0%AF', 'b=1&a=%&c=2'])(
    'finds that of %j',
    (query) => expect(malformedParameters(query)).toEqual(['a']),
  );

  it('finds all of them', () => {
    expect(malformedParameters('a=%&b=1&c=%E9')).toEqual(['a', 'c']);
  });
});
