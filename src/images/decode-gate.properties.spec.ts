import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodeGate } from './decode-gate.js';
import { Overloaded } from './image-file.errors.js';

const LIMITS = { places: 3, bytes: 100, queue: 5 };

/** What happens next: somebody comes, the n-th of those at work ends or fails, or the n-th of all leaves. */
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ comes: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 3, arbitrary: fc.record({ ends: fc.nat(9), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ leaves: fc.nat(50) }) },
);

type Fate = 'waiting' | 'running' | 'done' | 'failed' | 'left' | 'refused';

/** Somebody at the gate. What becomes of the request (its fate) and of its work is seen apart. */
class Visitor {
  fate: Fate = 'waiting';
  isAtWork = false;
  hasBegun = false;
  readonly leaving = new AbortController();
  end: (fails: boolean) => void = () => undefined;

  constructor(
    readonly bytes: number,
    gate: DecodeGate,
  ) {
    const begin = () => {
      this.fate = 'running';
      [this.isAtWork, this.hasBegun] = [true, true];
      return new Promise<void>((resolve, reject) => {
        this.end = (fails) => {
          this.isAtWork = false;
          if (fails) reject(new Error('broken'));
          else resolve();
        };
      });
    };
    gate.run(bytes, begin, this.leaving.signal).then(
      () => (this.fate = 'done'),
      (error: unknown) => {
        if (error instanceof Overloaded) this.fate = 'refused';
        else this.fate = this.leaving.signal.aborted ? 'left' : 'failed';
      },
    );
  }
}

describe('DecodeGate, whatever comes, fails and leaves', () => {
  it('holds its limits, loses nobody, keeps the order and gives everything back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 120, size: 'max' }), async (events) => {
        const gate = new DecodeGate(LIMITS);
        const all: Visitor[] = [];
        const atWork = () => all.filter(({ isAtWork }) => isAtWork);
        for (const what of events) {
          if ('comes' in what) all.push(new Visitor(what.comes, gate));
          else if ('ends' in what) atWork()[what.ends % LIMITS.places]?.end(what.fails);
          else all[what.leaves]?.leaving.abort();
          await settled();
          expectLimits(gate, all);
        }
        for (let rounds = 0; rounds <= all.length; rounds += 1) {
          for (const visitor of atWork()) visitor.end(false);
          await settled();
        }
        const undecided = all.filter(({ fate }) => fate === 'waiting' || fate === 'running');
        expect(undecided).toEqual([]);
        expect([gate.running, gate.waiting, gate.bytesInUse]).toEqual([0, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });
});

function expectLimits(gate: DecodeGate, all: readonly Visitor[]): void {
  const working = all.filter(({ isAtWork }) => isAtWork);
  const waiting = all.filter(({ fate }) => fate === 'waiting');
  const bytes = working.reduce((sum, visitor) => sum + visitor.bytes, 0);
  expect([gate.running, gate.waiting, gate.bytesInUse]).toEqual([
    working.length,
    waiting.length,
    bytes,
  ]);
  expect(bytes).toBeLessThanOrEqual(LIMITS.bytes);
  expect(working.length).toBeLessThanOrEqual(LIMITS.places);
  expect(waiting.length).toBeLessThanOrEqual(LIMITS.queue);
  // First come, first served: nobody who came later has begun while somebody waits.
  const first = waiting[0];
  if (!first) return;
  expect(all.slice(all.indexOf(first)).some(({ hasBegun }) => hasBegun)).toBe(false);
  // And nobody waits without need.
  expect(working.length === LIMITS.places || bytes + first.bytes > LIMITS.bytes).toBe(true);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
