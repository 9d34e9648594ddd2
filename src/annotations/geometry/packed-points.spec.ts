import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packed, unpacked } from './packed-points.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('packed points', () => {
  it('come out as they went in, every number and its sign', () => {
    const ring = fc.array(fc.tuple(finite, finite));
    const polygons = fc.array(
      fc.oneof(
        fc.constant(null),
        fc.record({ points: ring }),
        fc.record({ rings: fc.array(ring, { minLength: 1 }) }),
      ),
    );
    fc.assert(
      fc.property(polygons, (several) => {
        expect(unpacked(packed(several))).toEqual(several);
      }),
    );
  });
});
