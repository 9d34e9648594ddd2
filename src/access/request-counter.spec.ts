import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RequestCounter } from './request-counter.js';

describe('RequestCounter', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('takes as many as the limit says, and not one more', async () => {
    const counter = new RequestCounter('caller', 2);
    expect(await counter.count('a')).toMatchObject({ remaining: 1, isOver: false, resetS: 60 });
    expect(await counter.count('a')).toMatchObject({ remaining: 0, isOver: false });
    expect(await counter.count('a')).toMatchObject({ remaining: 0, isOver: true });
  });

  it('counts each key by itself', async () => {
    const counter = new RequestCounter('caller', 1);
    await counter.count('a');
    expect(await counter.count('b')).toMatchObject({ isOver: false });
  });

  it('begins anew after a minute, which refused ones do not put off', async () => {
    const counter = new RequestCounter('caller', 1);
    await counter.count('a');
    jest.advanceTimersByTime(59_000);
    expect(await counter.count('a')).toMatchObject({ isOver: true, resetS: 1 });
    jest.advanceTimersByTime(1_001);
    expect(await counter.count('a')).toMatchObject({ isOver: false, resetS: 60 });
  });

  it('looks without counting, and says whether one more would be over', async () => {
    const counter = new RequestCounter('refusals', 1);
    expect(await counter.look('a')).toMatchObject({ remaining: 1, isOver: false });
    expect(await counter.look('a')).toMatchObject({ remaining: 1, isOver: false });
    await counter.count('a');
    expect(await counter.look('a')).toMatchObject({ remaining: 0, isOver: true });
  });

  it('remembers a bounded number of keys, and forgets the one not counted for longest', async () => {
    const counter = new RequestCounter('caller', 1, 2);
    await counter.count('a');
    await counter.count('b');
    await counter.count('a');
    await counter.count('c');
    expect(await counter.look('b')).toMatchObject({ remaining: 1 });
    expect(await counter.look('a')).toMatchObject({ remaining: 0 });
    expect(await counter.look('c')).toMatchObject({ remaining: 0 });
  });
});
