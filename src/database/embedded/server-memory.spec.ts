import { describe, expect, it } from '@jest/globals';
import { serverMemory } from './server-memory.js';

const GB = 1_073_741_824;

describe('the memory of the embedded PostgreSQL', () => {
  it.each([
    [0.5 * GB, '128MB', '256MB', '4MB'],
    [8 * GB, '1024MB', '4096MB', '8MB'],
    [64 * GB, '2048MB', '32768MB', '16MB'],
  ])('of %d bytes takes %s, counts on %s and sorts in %s', (memory, shared, cached, work) => {
    expect(serverMemory(memory)).toMatchObject({
      shared_buffers: shared,
      effective_cache_size: cached,
      work_mem: work,
    });
  });
});
