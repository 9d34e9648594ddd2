import { describe, expect, it } from '@jest/globals';
import { parseEnvironment } from './load-environment.js';
import { threadPoolFault } from './thread-pool.js';

const faultOf = (decodes: string, threads?: string) =>
  threadPoolFault(parseEnvironment({ DECODES: decodes }), { UV_THREADPOOL_SIZE: threads });

describe('threadPoolFault', () => {
  it('finds nothing wrong with four threads more than decodes', () => {
    expect(faultOf('8', '12')).toBeUndefined();
    expect(faultOf('1', '128')).toBeUndefined();
  });

  it.each([
    ['8', '11'],
    ['1', undefined],
    ['1', '4'],
  ])('says what is needed: %s decodes, %s threads', (decodes, threads) => {
    expect(faultOf(decodes, threads)).toMatch(new RegExp(`DECODES \\+ 4 = ${Number(decodes) + 4}`));
  });
});
