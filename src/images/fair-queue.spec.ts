import { describe, expect, it } from '@jest/globals';
import { DecodeGate } from './decode-gate.js';
import { Overloaded } from './image-file.errors.js';

/** A gate with one place, at which pieces of work by name end when they are told to. */
function aGate(queue: number) {
  const gate = new DecodeGate({ places: 1, bytes: 10, queue });
  const begun: string[] = [];
  const refused: string[] = [];
  let end: () => void = () => undefined;
  const come = (party: string, name: string) =>
    gate
      .run(
        1,
        () => {
          begun.push(name);
          return new Promise<void>((resolve) => (end = resolve));
        },
        undefined,
        party,
      )
      .catch((error: unknown) => {
        expect(error).toBeInstanceOf(Overloaded);
        refused.push(name);
      });
  const runAll = async (pieces: number) => {
    for (let piece = 0; piece < pieces; piece += 1) {
      end();
      await new Promise(setImmediate);
    }
  };
  return { come, runAll, begun, refused };
}

describe('DecodeGate, with several parties', () => {
  it('lets parties take turns, and within a party the first come first', async () => {
    const { come, runAll, begun } = aGate(20);
    for (const name of ['a1', 'a2', 'a3', 'a4']) void come('a', name);
    for (const name of ['b1', 'b2']) void come('b', name);
    void come('c', 'c1');
    await runAll(7);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('has room in a full queue for whoever has less in it, at the cost of who has most', async () => {
    const { come, runAll, begun, refused } = aGate(3);
    for (const name of ['a0', 'a1', 'a2', 'a3']) void come('a', name);
    void come('b', 'b1');
    await new Promise(setImmediate);
    expect(refused).toEqual(['a3']);
    // Now it has nearly as many as the other.
    void come('b', 'b2');
    void come('a', 'a4');
    await new Promise(setImmediate);
    expect(refused).toEqual(['a3', 'b2', 'a4']);
    await runAll(4);
    expect(begun).toEqual(['a0', 'a1', 'b1', 'a2']);
  });
});
