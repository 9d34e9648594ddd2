import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as soon } from 'node:timers/promises';
import { Environment } from '../config/environment.js';
import { Desk, type Visit } from './desk.js';
import { PrimaryLine } from './primary-line.js';
import { Setbacks } from './setbacks.js';
import { allConnectionsOf, shareOf, workersOf } from './share-of-settings.js';
import type { Topic } from './topic.js';
import { TURNS, Turns } from './turns.js';

const ECHO: Topic<string, string> = { name: 'echo' };

let desk: Desk;
let messages: number;

beforeEach(() => {
  desk = new Desk();
  messages = 0;
});

/** A worker whose messages take the way through JSON. */
function aWorker(number: number): { line: PrimaryLine; visit: Visit } {
  let hear: (message: unknown) => void = () => undefined;
  const visit = desk.admit({
    number,
    send: (replies) => hear(JSON.parse(JSON.stringify(replies))),
  });
  const line = new PrimaryLine({
    send: (requests) => {
      messages += 1;
      visit.hear(JSON.parse(JSON.stringify(requests)));
    },
    receive: (listener) => (hear = listener),
  });
  return { line, visit };
}

describe('PrimaryLine', () => {
  it('gives each question its own answer, and sends what comes together as one message', async () => {
    desk.answers(ECHO, (text, { number }) => Promise.resolve(`${text} for ${number}`));
    const { line } = aWorker(2);

    const answers = await Promise.all(['a', 'b', 'c'].map((text) => line.ask(ECHO, text)));

    expect(answers).toEqual(['a for 2', 'b for 2', 'c for 2']);
    expect(messages).toBe(1);
  });

  it('tells that the primary could not answer', async () => {
    desk.answers(ECHO, () => Promise.reject(new Error('no echo here')));
    await expect(aWorker(1).line.ask(ECHO, 'a')).rejects.toThrow('no echo here');
    await expect(aWorker(1).line.ask({ name: 'unknown' }, 'a')).rejects.toThrow('unknown');
  });

  it('ends waiting at once when the signal fires, with its reason', async () => {
    desk.answers(ECHO, () => new Promise(() => undefined));
    const waiting = aWorker(1).line.ask(ECHO, 'a', AbortSignal.abort(new Error('left')));
    await expect(waiting).rejects.toThrow('left');
  });

  it('tells the others, which have acted on it by then, and not whoever tells', async () => {
    const [teller, other] = [aWorker(1), aWorker(2)];
    const heard: string[] = [];
    teller.line.onNews('pictures', (payload) => heard.push(`teller ${payload}`));
    other.line.onNews('pictures', (payload) => heard.push(`other ${payload}`));

    await teller.line.tell('pictures', 'tray-7');
    expect(heard).toEqual(['other tray-7']);
  });

  it('does not wait for a worker that is gone to hear something', async () => {
    const [teller, silent] = [aWorker(1), desk.admit({ number: 2, send: () => undefined })];
    const told = teller.line.tell('pictures', 'tray-7');
    await soon();
    silent.end();
    await told;
  });
});

describe('Turns', () => {
  let turns: Turns;

  beforeEach(() => {
    turns = new Turns();
    desk.lends(TURNS, (name, over) => turns.take(name, over));
  });

  it('come one after another for the same name, and at once for another', async () => {
    const [one, other] = [aWorker(1).line, aWorker(2).line];
    const order: string[] = [];
    const first = await one.borrow(TURNS, 'a');
    const second = other.borrow(TURNS, 'a').then((turn) => {
      order.push('second');
      return turn;
    });
    (await other.borrow(TURNS, 'b')).giveBack();
    order.push('first ends');
    first.giveBack();
    (await second).giveBack();

    expect(order).toEqual(['first ends', 'second']);
    for (let count = 0; count < 5; count += 1) await soon();
    expect(turns.size).toBe(0);
  });

  it('pass over a worker that died, whether it had one or waited', async () => {
    const [holder, waiter, next] = [aWorker(1), aWorker(2), aWorker(3)];
    await holder.line.borrow(TURNS, 'a');
    waiter.line.borrow(TURNS, 'a').catch(() => undefined);
    await soon();
    const turn = next.line.borrow(TURNS, 'a');
    await soon();
    waiter.visit.end();
    holder.visit.end();

    (await turn).giveBack();
  });

  it('pass over whoever has left', async () => {
    const [holder, waiter, next] = [aWorker(1).line, aWorker(2).line, aWorker(3).line];
    const first = await holder.borrow(TURNS, 'a');
    const leaving = new AbortController();
    const left = waiter.borrow(TURNS, 'a', leaving.signal);
    const turn = next.borrow(TURNS, 'a');
    leaving.abort(new Error('left'));

    await expect(left).rejects.toThrow('left');
    first.giveBack();
    (await turn).giveBack();
  });
});

describe('Setbacks', () => {
  it('make each pause longer, until trying again is in vain', () => {
    const setbacks = new Setbacks();
    const pauses = Array.from({ length: 6 }, () => setbacks.pauseAfter(1, 500));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, undefined]);
  });

  it('are forgotten when a worker has lived for a while, and are nothing to the other places', () => {
    const setbacks = new Setbacks();
    for (let count = 0; count < 5; count += 1) setbacks.pauseAfter(1, 500);
    expect(setbacks.pauseAfter(2, 500)).toBe(100);
    expect(setbacks.pauseAfter(1, 60_000)).toBe(100);
    expect(setbacks.pauseAfter(1, 500)).toBe(200);
  });
});

describe('the share of a worker', () => {
  it('divides memory and connections, and lets one of them tidy up', () => {
    const environment = Object.assign(new Environment(), { workers: '4', databasePoolSize: 10 });
    const [first, last] = [shareOf(environment, 1), shareOf(environment, 4)];

    expect(first).toBeInstanceOf(Environment);
    expect(first).toMatchObject({
      databasePoolSize: 2,
      hotCacheBytes: environment.hotCacheBytes / 4,
      pictureDirectoryEntries: environment.pictureDirectoryEntries / 4,
      upkeepIntervalS: environment.upkeepIntervalS,
      decodes: environment.decodes,
      decodeMemory: environment.decodeMemory,
    });
    expect(last.upkeepIntervalS).toBe(0);
  });

  it('is never less than two connections', () => {
    const environment = Object.assign(new Environment(), { workers: '64', databasePoolSize: 10 });
    expect(shareOf(environment, 1).databasePoolSize).toBe(2);
    expect(allConnectionsOf(environment)).toBe(64 * 7);
  });

  it('is of as many workers as there are cores, if that is left to the service', () => {
    const workers = workersOf({ workers: 'auto' });
    expect(workers).toBeGreaterThanOrEqual(1);
    expect(workers).toBeLessThanOrEqual(64);
    expect(workersOf({ workers: '3' })).toBe(3);
  });
});
