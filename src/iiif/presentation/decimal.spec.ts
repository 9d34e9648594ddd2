import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimal, decimalSum } from './decimal.js';

describe('the sum of decimals', () => {
  it.each([
    [0.1, 0.2, '0.3'],
    [1.5, 2.5, '4'],
    [-1, 0.75, '-0.25'],
    [-0.5, 0.5, '0'],
    [1e-7, 2, '2.0000001'],
    [100, -7, '93'],
    [1234.125, 0.0625, '1234.1875'],
  ])('of %d and %d is %s', (one, other, sum) => {
    expect(decimalSum(one, other)).toBe(sum);
  });

  it('is exact for whole parts of a thousand', () => {
    const thousandths = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(thousandths, thousandths, (one, other) => {
        expect(decimalSum(one / 1000, other / 1000)).toBe(decimal((one + other) / 1000));
      }),
    );
  });
});
