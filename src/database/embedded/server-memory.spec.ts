import { describe, expect, it } from '@jest/globals';
import { serverMemory } from './server-memory.js';

const GB = 1_073_741_824;

describe('the memory of the embedded PostgreSQL', () => {
  it.each([
    [0.5 * GB, '128MB', '256MB'],
    [4 * GB, '512MB', '2048MB'],
    [64 * GB, '2048MB', '32768MB'],
  ])('of %d bytes takes %s, and counts on %s', (memory, shared, cached) => {
    expect(serverMemory(memory)).toMatchObject({
      shared_buffers: shared,
      effective_cache_size: cached,
    });
  });
});
