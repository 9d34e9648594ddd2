import type { LabelFont, ShapedText } from './label-font.js';

/** More are never seen at once; set they would be all the same, at a cost. */
const MAX_CODE_UNITS = 100;
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The label as it is drawn: one line, not wider than `maxWidth` (units of the font), cut with "…" between
 * characters as people see them. Where the font has none of its characters, or cannot set them, the annotation's
 * number stands for it: a row of empty boxes tells nobody anything.
 */
export function shapedLabel(
  label: string,
  index: number,
  font: LabelFont,
  maxWidth: number,
): ShapedText {
  const shaped = fitted(oneLine(label), font, maxWidth);
  return shaped?.isLegible ? shaped : font.shape(`#${index}`);
}

function fitted(text: string, font: LabelFont, maxWidth: number): ShapedText | undefined {
  const head = text.slice(0, MAX_CODE_UNITS).toWellFormed();
  let kept = [...graphemes.segment(head)].map(({ segment }) => segment);
  let isCut = head.length < text.length;
  for (;;) {
    const shaped = shapeOrNothing(isCut ? `${kept.join('').trimEnd()}…` : kept.join(''), font);
    if (!shaped || shaped.width <= maxWidth || kept.length === 0) return shaped;
    const estimate = Math.floor((kept.length * maxWidth) / shaped.width);
    kept = kept.slice(0, Math.min(estimate, kept.length - 1));
    isCut = true;
  }
}

/** Labels are anybody's text, and rules of shaping are programs: a label that trips one costs no picture. */
function shapeOrNothing(text: string, font: LabelFont): ShapedText | undefined {
  try {
    return font.shape(text);
  } catch {
    return undefined;
  }
}

function oneLine(label: string): string {
  return (
    label
      .normalize('NFC')
      .replaceAll(/[\p{White_Space}\p{Cc}]+/gu, ' ')
      // Overrides of direction would turn what stands around them. Joiners stay: Persian and Hindi need them.
      .replaceAll(/(?![\u200c\u200d])\p{Cf}/gu, '')
      // Towers of accents reach over the picture.
      .replaceAll(/(\p{M}{3})\p{M}+/gu, '$1')
      .trim()
  );
}
