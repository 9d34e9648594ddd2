import { describe, expect, it } from '@jest/globals';
import { colourOf } from './mark-colours.js';

describe('colourOf', () => {
  it('gives an instrument the colour that it always had', () => {
    expect(['Clarinet', 'Trumpet', 'Kürette', '刀', ''].map(colourOf)).toEqual([
      '#3fe0c5',
      '#ff9f1c',
      '#f5a3ff',
      '#ffd92f',
      '#3fe0c5',
    ]);
  });

  it('spreads instruments over twelve colours', () => {
    const colours = Array.from({ length: 1200 }, (_, at) => colourOf(`Instrument ${at}`));
    const counts = new Map<string, number>();
    for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
    expect(counts.size).toBe(12);
    expect(Math.max(...counts.values())).toBeLessThan(200);
  });
});
