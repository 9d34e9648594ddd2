import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidRequest } from '../errors/invalid-request.js';
import { decodeCursor, encodeCursor } from './cursor.js';

const anything = () => true;

describe('cursors', () => {
  it('come back as the position that they were made of', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .filter((number) => !Object.is(number, -0)),
    );
    fc.assert(
      fc.property(fc.string(), fc.array(value), (sort, position) => {
        const cursor = encodeCursor(sort, position);

        expect(cursor).toMatch(/^[\w-]*$/);
        expect(decodeCursor(cursor, sort, anything)).toEqual(position);
      }),
    );
  });

  it('hold for one order only', () => {
    const cursor = encodeCursor('-created_at', ['2026-01-01T00:00:00.000Z', '1']);

    expect(() => decodeCursor(cursor, 'created_at', anything)).toThrow(InvalidRequest);
  });

  it('hold only for positions that the list can have', () => {
    const cursor = encodeCursor('id', [1]);

    expect(() => decodeCursor(cursor, 'id', ([id]) => typeof id === 'string')).toThrow(
      InvalidRequest,
    );
  });

  it.each([
    '',
    'x',
    '%',
    coded(null),
    coded('id'),
    coded({ 0: 'id' }),
    coded(['id', null]),
    coded(['id', true]),
    coded(['id', ['a']]),
    coded(['id', { a: 1 }]),
    coded(['id', 'a\0']),
    coded(['id', '\ud800']),
    Buffer.from('["id",1').toString('base64url'),
  ])('are refused, by name, as %j', (cursor) => {
    expect(faultsOf(cursor)).toEqual([{ parameter: 'cursor', detail: expect.any(String) }]);
  });
});

function coded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function faultsOf(cursor: string): unknown {
  try {
    return decodeCursor(cursor, 'id', anything);
  } catch (error) {
    return (error as InvalidRequest).faults;
  }
}
