import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EdgeOrder } from './edge-order.js';

const EDGES = 40;

describe('EdgeOrder', () => {
  it('keeps edges in order, whichever come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(EDGES - 1), { maxLength: 200, size: 'max' }), (toggled) => {
        const order = new EdgeOrder(EDGES);
        let expected: number[] = [];
        for (const edge of toggled) {
          if (order.has(edge)) {
            order.remove(edge);
            expected = expected.filter((other) => other !== edge);
          } else {
            expect(order.insert(edge, (other) => edge - other)).toBe(-1);
            expected = [...expected, edge].sort((a, b) => a - b);
          }
          // Thousands of times: a comparison of texts takes a tenth of the time.
          const found = [
            upwards(order, expected[0] ?? -1),
            downwards(order, expected.at(-1) ?? -1),
          ];
          expect(String(found)).toBe(String([expected, [...expected].reverse()]));
        }
      }),
    );
  });

  it('names the edge in the way of another and leaves that one out', () => {
    const order = new EdgeOrder(EDGES);
    order.insert(10, () => 1);
    expect(order.insert(11, () => 0)).toBe(10);
    expect(order.has(11)).toBe(false);
    expect(order.above(10)).toBe(-1);
  });
});

function upwards(order: EdgeOrder, lowest: number): number[] {
  const edges: number[] = [];
  for (let edge = lowest; edge >= 0; edge = order.above(edge)) edges.push(edge);
  return edges;
}

function downwards(order: EdgeOrder, highest: number): number[] {
  const edges: number[] = [];
  for (let edge = highest; edge >= 0; edge = order.below(edge)) edges.push(edge);
  return edges;
}
