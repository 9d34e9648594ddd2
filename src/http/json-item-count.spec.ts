import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonItemCount } from './json-item-count.js';

/** Whether a text exceeds, fed in pieces of so many bytes. */
function exceeds(text: string, maxItems: number, pieceBytes = text.length + 1): boolean {
  const bytes = Buffer.from(text);
  const count = new JsonItemCount(maxItems);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    if (count.exceedsWith(bytes.subarray(at, at + pieceBytes))) return true;
  return false;
}

/** The most items of any list, or fields of any object, inside a value. */
function longest(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Object.values(value);
  return Math.max(items.length, ...items.map(longest));
}

describe('JsonItemCount', () => {
  it.each([
    ['[1,2,3]', true],
    ['[1,2]', false],
    ['{"a":1,"b":2,"c":3}', true],
    ['[[1,2],[3,4]]', false],
    ['[[1,2],[3,4,5]]', true],
    ['[{"a":[]},{}]', false],
    ['["a,b,c",2]', false],
    ['["\\",","]', false],
    ['["\\\\",1,2]', true],
    ['["[",2]', false],
    [']]]]', false],
  ])('of at most 2 items finds that %s exceeds: %s', (text, expected) => {
    expect(exceeds(text, 2)).toBe(expected);
  });

  it('agrees with a parser on every text, however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (value, maxItems, pieceBytes) => {
          expect(exceeds(JSON.stringify(value), maxItems, pieceBytes)).toBe(
            longest(value) > maxItems,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('counts every field, also those that a parser would drop', () => {
    const count = new JsonItemCount(10);
    const text = '{"a:":1,"b":{"c":[{"d":"\\":"}]},"b":{"a:":":"}}';
    for (const byte of Buffer.from(text)) count.exceedsWith(Uint8Array.of(byte));

    expect(count.fields).toBe(6);
  });

  it('survives any depth', () => {
    expect(exceeds('['.repeat(100_000) + ']'.repeat(200_000), 2)).toBe(false);
  });
});
