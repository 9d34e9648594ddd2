import { describe, expect, it } from '@jest/globals';
import { jsonPointer } from './json-pointer.js';

describe('jsonPointer', () => {
  it.each([
    [[], '#'],
    [['client_id'], '#/client_id'],
    [['annotations', 0, 'polygon', 'points', 3, 1], '#/annotations/0/polygon/points/3/1'],
    [[''], '#/'],
    [['a/b', 'c~d'], '#/a~1b/c~0d'],
    [['~1'], '#/~01'],
    [['Zoë %'], '#/Zoë %'],
  ])('spells %j as RFC 6901 does: %s', (path, pointer) => {
    expect(jsonPointer(path)).toBe(pointer);
  });
});
