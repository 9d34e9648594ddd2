import { describe, expect, it } from '@jest/globals';
import type { Content } from './change-since.js';
import { merged } from './three-way-merge.js';

const content = (instrument: string): Content => ({
  instrument,
  polygon: null,
  box: null,
  polyline: null,
  points: null,
  mask: null,
  attributes: {},
  source: 'human',
  confidence: null,
});
const [A, B, C, NONE] = [content('a'), content('b'), content('c'), undefined];

describe('merged', () => {
  it.each<[string, Content, Content, Content, string]>([
    ['the client left it alone', A, B, A, 'current'],
    ['the client left it alone, and somebody deleted it', A, NONE, A, 'current'],
    ['the client does not know what somebody made', NONE, B, NONE, 'current'],
    ['both changed it to the same', A, B, B, 'current'],
    ['both deleted it', A, NONE, NONE, 'current'],
    ['both made the same', NONE, B, B, 'current'],
    ['only the client changed it', A, A, B, 'wanted'],
    ['only the client deleted it', A, A, NONE, 'wanted'],
    ['it was made and deleted again, and the client makes it', NONE, NONE, B, 'wanted'],
    ['both changed it', A, B, C, 'conflict'],
    ['the client changed what somebody deleted', A, NONE, B, 'conflict'],
    ['the client deleted what somebody changed', A, B, NONE, 'conflict'],
    ['both made it', NONE, B, C, 'conflict'],
  ])('when %s', (_, base, current, wanted, outcome) => {
    expect(merged({ forms: [base] }, current, wanted)).toBe(outcome);
  });

  it('takes what the client sends for what it read, under any of its names', () => {
    expect(merged({ forms: [A, B] }, C, A)).toBe('current');
    expect(merged({ forms: [A, B] }, C, B)).toBe('current');
    expect(merged({ forms: [A, B] }, A, C)).toBe('wanted');
  });

  it('cannot tell who changed it when the base is not kept', () => {
    expect(merged({ forms: [] }, A, B)).toBe('conflict');
    expect(merged({ forms: [] }, A, NONE)).toBe('conflict');
    expect(merged({ forms: [] }, A, A)).toBe('current');
  });
});
