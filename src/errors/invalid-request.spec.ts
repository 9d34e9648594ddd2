import { describe, expect, it } from '@jest/globals';
import { InvalidRequest } from './invalid-request.js';

describe('what an invalid request says of itself', () => {
  it.each([
    [1, 'limit: must be 1'],
    [2, 'limit: must be 1 (and 1 more fault)'],
    [3, 'limit: must be 1 (and 2 more faults)'],
  ])('is the first of %d faults, and how many more there are', (count, sentence) => {
    const faults = Array.from({ length: count }, (_, place) => ({
      parameter: 'limit',
      detail: `must be ${place + 1}`,
    }));
    expect(new InvalidRequest(faults).message).toBe(sentence);
  });
});
