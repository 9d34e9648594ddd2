import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packed, unpacked } from './packed-points.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('packed points', () => {
  it('come out as they went in, every number and its sign', () => {
    const polygons = fc.array(fc.array(fc.tuple(finite, finite)));
    fc.assert(
      fc.property(polygons, (points) => {
        expect(unpacked(packed(points))).toEqual(points);
      }),
    );
  });
});
