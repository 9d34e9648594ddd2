import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsObject, IsOptional, ValidateNested } from 'class-validator';
import type { Fault } from '../../errors/domain-error.js';
import type { InvalidRequest } from '../../errors/invalid-request.js';
import { ToArray, ToInteger } from './conversions.js';
import { Environment } from '../../config/environment.js';
import { validateBody, validateParameters } from './request-validation.js';
import { IsLabel } from './text.js';

class Item {
  @IsLabel() name!: string;
  @IsObject() @IsOptional() extra?: Record<string, unknown>;
  toCommand() {
    return this.name;
  }
}
class Body {
  @IsLabel() title!: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => Item) @IsOptional() items?: Item[];
  @IsObject() @IsOptional() extra?: Record<string, unknown>;
  @IsArray() @IsLabel(255, { each: true }) @IsOptional() labels?: string[];
}
class ListOfItems {
  @IsArray() @ValidateNested({ each: true }) @Type(() => Item) items!: Item[];
}
class Query {
  @ToInteger() @IsInt() @IsOptional() limit = 50;
  @ToArray() @IsLabel(255, { each: true }) @IsOptional() label?: string[];
  toFilter() {
    return this.label;
  }
}

const SETTINGS = new Environment();

describe('validateBody', () => {
  it('makes instances of the classes, and leaves all other values what they are', () => {
    const extra = { toString: 'x', valueOf: [1, { hasOwnProperty: true }] };

    const body = validateBody(Body, { title: 'a', items: [{ name: 'b', extra }], extra }, SETTINGS);

    expect(body).toBeInstanceOf(Body);
    expect(body.items?.[0]).toBeInstanceOf(Item);
    expect(body.items?.[0]?.toCommand()).toBe('b');
    expect(body.extra).toEqual(extra);
    expect(body.items?.[0]?.extra).toEqual(extra);
  });

  it('brings labels to NFC', () => {
    expect(validateBody(Body, { title: 'Zoe\u0308' }, SETTINGS).title).toBe('Zo\u00eb');
  });

  it.each<[object, string[]]>([
    [{}, ['#/title']],
    [{ title: 'a', labels: [['b']] }, ['#/labels']],
    [{ title: ['a'] }, ['#/title']],
    [{ title: 'a', colour: 1 }, ['#/colour']],
    [{ title: 'a', toString: 1, constructor: 1 }, ['#/toString', '#/constructor']],
    [
      { title: 'a', items: [{ name: 'b', toCommand: 1, hasOwnProperty: 2 }] },
      ['#/items/0/toCommand', '#/items/0/hasOwnProperty'],
    ],
    [
      { title: 'a', items: [{ name: 1 }, { name: 'b', size: 2 }] },
      ['#/items/0/name', '#/items/1/size'],
    ],
    [{ title: 1, items: [{}], 'a/b': 1 }, ['#/title', '#/items/0/name', '#/a~1b']],
  ])('names what is wrong with %j', (body, pointers) => {
    expect(placesOf(() => validateBody(Body, body, SETTINGS)).sort()).toEqual(pointers.sort());
  });

  it.each([undefined, null, 1, 'a', [], [{}]])('wants an object, not %j', (body) => {
    expect(placesOf(() => validateBody(Body, body, SETTINGS))).toEqual(['#']);
  });

  it.each([null, 1, 'a', {}])('says that it wants a list, not %j', (items) => {
    const faults = faultsOf(() => validateBody(ListOfItems, { items }, SETTINGS));

    expect(faults).toEqual([{ pointer: '#/items', detail: 'must be an array' }]);
  });

  it.each([[null], [1], ['a']])('wants a list of objects, not [%j]', (item) => {
    const places = placesOf(() => validateBody(Body, { title: 'a', items: [item] }, SETTINGS));

    expect(places.length).toBeGreaterThan(0);
    for (const place of places) expect(place).toMatch(/^#\/items/);
  });
});

describe('validateParameters', () => {
  it('converts what is unmistakable, and keeps defaults', () => {
    expect(validateParameters(Query, { limit: '7', label: 'a' })).toMatchObject({
      limit: 7,
      label: ['a'],
    });
    expect(validateParameters(Query, { label: ['Zoe\u0308', 'b'] })).toMatchObject({
      limit: 50,
      label: ['Zo\u00eb', 'b'],
    });
  });

  it.each<[object, string[]]>([
    [{ limit: ['1', '2'] }, ['limit']],
    [{ limit: '' }, ['limit']],
    ...['1e1', '1.0', '+5', ' 5', '05', '-0', '0x10'].map((limit): [object, string[]] => [
      { limit },
      ['limit'],
    ]),
    [{ label: ['a', ' b'] }, ['label']],
    [{ toFilter: '1', toString: '2' }, ['toFilter', 'toString']],
    [JSON.parse('{"__proto__":["1","2"]}') as object, ['__proto__']],
  ])('names what is wrong with %j', (parameters, names) => {
    const places = placesOf(() => validateParameters(Query, parameters));

    expect([...new Set(places)].sort()).toEqual(names.sort());
  });
});

function placesOf(work: () => unknown): (string | undefined)[] {
  return faultsOf(work).map(({ pointer, parameter }) => pointer ?? parameter);
}

function faultsOf(work: () => unknown): readonly Fault[] {
  try {
    work();
  } catch (error) {
    return (error as InvalidRequest).faults;
  }
  return [];
}
