import { describe, expect, it } from '@jest/globals';
import { ServerTiming } from './server-timing.js';

describe('Server-Timing', () => {
  it('tells the steps in their order, to a tenth of a millisecond', () => {
    const timing = new ServerTiming();
    timing.add('lookup', 0.44);
    timing.add('queue', 0);
    timing.add('decode', 31.16);
    timing.describe('cache', 'miss');
    timing.add('lookup', 0.1);
    expect(timing.header()).toBe('lookup;dur=0.5, queue;dur=0, decode;dur=31.2, cache;desc=miss');
  });

  it('measures work, and hands on what it answers', async () => {
    const timing = new ServerTiming();
    const work = new Promise<string>((resolve) => setTimeout(() => resolve('done'), 20));
    expect(await timing.measure('decode', work)).toBe('done');
    const [, milliseconds] = /^decode;dur=([\d.]+)$/.exec(timing.header() ?? '') ?? [];
    expect(Number(milliseconds)).toBeGreaterThan(10);
  });

  it('measures work that fails, and hands on how', async () => {
    const timing = new ServerTiming();
    await expect(timing.measure('decode', Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(timing.header()).toMatch(/^decode;dur=/);
  });

  it('quotes what is no word, and lets nothing break out of it', () => {
    const timing = new ServerTiming();
    timing.describe('cache', 'a "b" \\ c\r\nX: ü');
    expect(timing.header()).toBe('cache;desc="a \\"b\\" \\\\ c??X: ?"');
    expect(() => timing.add('a b', 1)).toThrow('no name');
  });

  it('is not sent without a step', () => expect(new ServerTiming().header()).toBeUndefined());
});
