import { describe, expect, it } from '@jest/globals';
import { DecodeGate } from './decode-gate.js';
import { Overloaded } from './image-file.errors.js';

/** Work that ends when the test says so. */
function work() {
  let finish: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (finish = resolve));
  let started = false;
  const run = () => {
    started = true;
    return ended;
  };
  return { run, finish, hasStarted: () => started };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('DecodeGate', () => {
  it('runs as many at once as it has places, the others in the order they came', async () => {
    const gate = new DecodeGate(2, 8);
    const works = [work(), work(), work(), work()];
    const done = works.map(({ run }) => gate.run(run));
    await settled();
    expect(works.map((one) => one.hasStarted())).toEqual([true, true, false, false]);
    expect([gate.running, gate.waiting]).toEqual([2, 2]);

    works[1]?.finish();
    await settled();
    expect(works.map((one) => one.hasStarted())).toEqual([true, true, true, false]);
    works.forEach((one) => one.finish());
    await Promise.all(done);
    expect([gate.running, gate.waiting]).toEqual([0, 0]);
  });

  it('refuses what no longer fits into its queue', async () => {
    const gate = new DecodeGate(1, 1);
    const [first, second] = [work(), work()];
    const done = [gate.run(first.run), gate.run(second.run)];
    await expect(gate.run(work().run)).rejects.toThrow(Overloaded);
    first.finish();
    second.finish();
    await Promise.all(done);
  });

  it('drops work whose signal fires while it waits, and gives its place in the queue away', async () => {
    const gate = new DecodeGate(1, 1);
    const [first, dropped, third] = [work(), work(), work()];
    const leaving = new AbortController();
    const running = gate.run(first.run);
    const waiting = gate.run(dropped.run, leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    const next = gate.run(third.run);
    first.finish();
    third.finish();
    await Promise.all([running, next]);
    expect(dropped.hasStarted()).toBe(false);
    await expect(gate.run(work().run, leaving.signal)).rejects.toThrow('aborted');
  });

  it('frees its place when work fails', async () => {
    const gate = new DecodeGate(1, 0);
    await expect(gate.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(gate.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });
});
