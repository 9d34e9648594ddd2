import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { directedRuns } from './directed-runs.js';
import { LabelFont } from './label-font.js';
import { shapedLabel } from './label-text.js';

let font: LabelFont;
const WIDE = 1e9;

beforeAll(async () => {
  font = await LabelFont.load();
});

const glyphsOf = (text: string) => font.shape(text).glyphs.map(({ id }) => id);
const shape = (label: string, maxWidth = WIDE) => shapedLabel(label, 7, font, maxWidth);
const drawn = (label: string, maxWidth = WIDE) => shape(label, maxWidth).glyphs.map(({ id }) => id);

describe('shapedLabel', () => {
  it('sets a label from left to right', () => {
    const { glyphs, width } = shape('Clarinet');
    expect(glyphs).toHaveLength(8);
    expect(glyphs.map(({ x }) => x)).toEqual(glyphs.map(({ x }) => x).sort((a, b) => a - b));
    expect(width).toBeGreaterThan(glyphs.at(-1)!.x);
  });

  it('joins Arabic letters and sets them from right to left', () => {
    const joined = drawn('سكين');
    expect(joined).toHaveLength(4);
    // The letter that is read last stands first, in the form that it has after another.
    expect(joined[0]).toBe(drawn('ين')[0]);
    expect(joined[0]).not.toBe(drawn('ن')[0]);
  });

  it('opens brackets on the left of Hebrew, too', () => {
    const [opening, closing] = [glyphsOf('(')[0], glyphsOf(')')[0]];
    const glyphs = drawn('(אב)');
    expect([glyphs.at(0), glyphs.at(-1)]).toEqual([opening, closing]);
    expect(glyphs.slice(1, 3)).toEqual([...glyphsOf('ב'), ...glyphsOf('א')]);
  });

  it('cuts with an ellipsis what is too wide, between characters as people see them', () => {
    const most = 12 * font.unitsPerEm;
    const { width, glyphs } = shape('e\u0301'.repeat(127), most);
    expect(width).toBeLessThanOrEqual(most);
    expect(width).toBeGreaterThan(most * 0.8);
    expect(glyphs.at(-1)!.id).toBe(glyphsOf('…')[0]);
    expect(new Set(glyphs.map(({ id }) => id)).size).toBe(2);
  });

  it('keeps a label that is long and just fits', () => {
    expect(drawn('iiii', font.shape('iiii').width)).toEqual(glyphsOf('iiii'));
  });

  it.each(['中文', '🎷', '\u200d', ' ', ''])(
    'gives the number of an annotation whose label %j has no glyph',
    (label) => {
      expect(drawn(label)).toEqual(glyphsOf('#7'));
    },
  );

  it('shows empty boxes between letters for what it cannot draw', () => {
    expect(drawn('A中B')).toEqual([...glyphsOf('A'), 0, ...glyphsOf('B')]);
  });

  it('gives the number where the rules of a script fail', () => {
    const broken = jest.spyOn(font, 'shape').mockImplementationOnce(() => {
      throw new TypeError('Cannot read properties of undefined');
    });
    const { glyphs } = shape('Clarinet');
    broken.mockRestore();
    expect(glyphs.map(({ id }) => id)).toEqual(glyphsOf('#7'));
  });

  it('leaves out what turns the text around it, and line breaks', () => {
    expect(drawn('\u202eab\r\n\u2066c')).toEqual(glyphsOf('ab c'));
  });
});

describe('directedRuns', () => {
  it('orders parts as they stand, and leaves each as it is read', () => {
    expect(directedRuns('abc סכין 12 def').map(({ text }) => text)).toEqual([
      'abc ',
      '12',
      'סכין ',
      ' def',
    ]);
    expect(directedRuns('סכין abc')[0]).toEqual({ text: 'abc', direction: 'ltr' });
  });
});
