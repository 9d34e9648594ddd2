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
const gateOf = (places: number, queue: number, bytes = 100) =>
  new DecodeGate({ places, queue, bytes });

describe('DecodeGate', () => {
  it('runs as many at once as it has places, the others in the order they came', async () => {
    const gate = gateOf(2, 8);
    const works = [work(), work(), work(), work()];
    const done = works.map(({ run }) => gate.run(1, run));
    await settled();
    expect(works.map((one) => one.hasStarted())).toEqual([true, true, false, false]);
    expect([gate.running, gate.waiting]).toEqual([2, 2]);

    works[1]?.finish();
    await settled();
    expect(works.map((one) => one.hasStarted())).toEqual([true, true, true, false]);
    works.forEach((one) => one.finish());
    await Promise.all(done);
    expect([gate.running, gate.waiting, gate.bytesInUse]).toEqual([0, 0, 0]);
  });

  it('runs only together what fits into its memory, to the byte', async () => {
    const gate = gateOf(4, 8);
    const works = [work(), work(), work()];
    const done = [60, 40, 1].map((bytes, index) => gate.run(bytes, works[index]!.run));
    await settled();
    expect(works.map((one) => one.hasStarted())).toEqual([true, true, false]);
    expect(gate.bytesInUse).toBe(100);

    works.forEach((one) => one.finish());
    await Promise.all(done);
  });

  it('lets nobody overtake a large one, so that it has its turn', async () => {
    const gate = gateOf(2, 8);
    const [first, large, small] = [work(), work(), work()];
    const done = [gate.run(50, first.run), gate.run(100, large.run), gate.run(1, small.run)];
    await settled();
    expect([large.hasStarted(), small.hasStarted()]).toEqual([false, false]);

    first.finish();
    await settled();
    expect([large.hasStarted(), small.hasStarted()]).toEqual([true, false]);
    large.finish();
    small.finish();
    await Promise.all(done);
  });

  it('goes on with those behind a large one that gave up', async () => {
    const gate = gateOf(2, 8);
    const [first, large, small] = [work(), work(), work()];
    const leaving = new AbortController();
    const running = gate.run(50, first.run);
    const waiting = gate.run(100, large.run, leaving.signal);
    const next = gate.run(1, small.run);
    leaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await settled();
    expect(small.hasStarted()).toBe(true);
    first.finish();
    small.finish();
    await Promise.all([running, next]);
  });

  it('takes nothing that would never fit', async () => {
    await expect(gateOf(1, 1).run(101, work().run)).rejects.toThrow(RangeError);
  });

  it('refuses what no longer fits into its queue, and says when to come back', async () => {
    const gate = gateOf(1, 1);
    const [first, second] = [work(), work()];
    const done = [gate.run(1, first.run), gate.run(1, second.run)];
    const refused = gate.run(1, work().run);
    await expect(refused).rejects.toThrow(Overloaded);
    await expect(refused).rejects.toMatchObject({ retryAfterS: 1 });
    first.finish();
    second.finish();
    await Promise.all(done);
  });

  it('tells a longer time to come back the longer its queue is', async () => {
    const gate = gateOf(2, 40);
    const works = Array.from({ length: 42 }, () => work());
    const done = works.map(({ run }) => gate.run(1, run));
    // 42 turns of half a second, two at a time.
    expect(gate.retryAfterS).toBe(11);
    works.forEach((one) => one.finish());
    await Promise.all(done);
    expect(gate.retryAfterS).toBe(1);
  });

  it('drops work whose signal fires while it waits, and gives its place in the queue away', async () => {
    const gate = gateOf(1, 1);
    const [first, dropped, third] = [work(), work(), work()];
    const leaving = new AbortController();
    const running = gate.run(1, first.run);
    const waiting = gate.run(1, dropped.run, leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    const next = gate.run(1, third.run);
    first.finish();
    third.finish();
    await Promise.all([running, next]);
    expect(dropped.hasStarted()).toBe(false);
    await expect(gate.run(1, work().run, leaving.signal)).rejects.toThrow('aborted');
  });

  it('keeps the place of work that nobody waits for any more, until it has really ended', async () => {
    const gate = gateOf(1, 1);
    const [endless, next] = [work(), work()];
    const leaving = new AbortController();
    const running = gate.run(70, endless.run, leaving.signal);
    await settled();
    leaving.abort(new Error('too late'));
    await expect(running).rejects.toThrow('too late');
    const waiting = gate.run(70, next.run);
    await settled();
    expect([gate.running, gate.bytesInUse, next.hasStarted()]).toEqual([1, 70, false]);

    endless.finish();
    next.finish();
    await waiting;
    expect([gate.running, gate.bytesInUse]).toEqual([0, 0]);
  });

  it('frees its place when work fails', async () => {
    const gate = gateOf(1, 0);
    await expect(gate.run(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(gate.run(1, () => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('begins background work when nobody else waits, one at a time, and lets it end', async () => {
    const gate = gateOf(2, 8);
    const [first, second, third, fourth] = [work(), work(), work(), work()];
    const [tidying, tidyingMore] = [work(), work()];
    const done = [gate.run(1, first.run), gate.run(1, second.run), gate.run(1, third.run)];
    done.push(gate.runInBackground(1, tidying.run), gate.runInBackground(1, tidyingMore.run));
    first.finish();
    await settled();
    expect([third.hasStarted(), tidying.hasStarted()]).toEqual([true, false]);

    second.finish();
    await settled();
    expect([tidying.hasStarted(), gate.running]).toEqual([true, 2]);
    third.finish();
    await settled();
    expect([tidyingMore.hasStarted(), gate.running]).toEqual([false, 1]);
    done.push(gate.run(1, fourth.run));
    await settled();
    expect(fourth.hasStarted()).toBe(true);

    tidying.finish();
    await settled();
    expect(tidyingMore.hasStarted()).toBe(true);
    tidyingMore.finish();
    fourth.finish();
    await Promise.all(done);
    expect([gate.running, gate.waitingInBackground, gate.bytesInUse]).toEqual([0, 0, 0]);
  });

  it('begins background work at once when nothing goes on, within its memory', async () => {
    const gate = gateOf(2, 0, 100);
    const [tidying, tooMuch, decode] = [work(), work(), work()];
    const done = [gate.runInBackground(60, tidying.run)];
    await settled();
    expect([tidying.hasStarted(), gate.bytesInUse]).toEqual([true, 60]);
    await expect(gate.runInBackground(101, tooMuch.run)).rejects.toThrow(RangeError);
    done.push(gate.run(40, decode.run));
    await settled();
    expect(decode.hasStarted()).toBe(true);
    tidying.finish();
    decode.finish();
    await Promise.all(done);
  });

  it('drops background work whose signal fires, and keeps the place of what runs until it ends', async () => {
    const gate = gateOf(1, 8);
    const [running, waiting, decode] = [work(), work(), work()];
    const leaving = new AbortController();
    const first = gate.runInBackground(1, running.run, leaving.signal);
    const second = gate.runInBackground(1, waiting.run, leaving.signal);
    leaving.abort();
    await expect(first).rejects.toThrow('aborted');
    await expect(second).rejects.toThrow('aborted');
    const next = gate.run(1, decode.run);
    await settled();
    expect([gate.running, decode.hasStarted()]).toEqual([1, false]);
    running.finish();
    decode.finish();
    await next;
    expect(waiting.hasStarted()).toBe(false);
  });

  it('frees the place of background work that fails', async () => {
    const gate = gateOf(1, 0);
    const broken = gate.runInBackground(1, () => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
    await expect(gate.runInBackground(1, () => Promise.resolve('next'))).resolves.toBe('next');
  });
});
