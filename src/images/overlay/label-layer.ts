import type { Size } from '../../renditions/boxes.js';
import type { DrawnMark } from './drawn-mark.js';
import { LabelFont, type ShapedText } from './label-font.js';
import { type Place, LabelPlaces } from './label-places.js';
import { shapedLabel } from './label-text.js';
import { colourOf } from './mark-colours.js';
import type { Mark } from './mark.js';
import { shortNumber } from './outline.js';

/** Below this text is no text. */
const MIN_TEXT_PX = 9;
/** Smaller marks have no label: it would hide what it names, and its neighbours. */
const MIN_MARK_PX = 6;
/** More could not be read, and setting text costs. */
const MAX_LABELS = 400;
/** After so many labels others get a turn. */
const LABELS_PER_TURN = 8;
/** Widest label, in heights of text. */
const MAX_WIDTH_EM = 22;
/** Around the text, in heights of text. */
const PADDING_EM = 0.3;

interface LabelStyle {
  font: LabelFont;
  /** Pixels of a unit of the font. */
  scale: number;
  padding: number;
  height: number;
  /** Units of the font. */
  maxWidth: number;
}

/**
 * The labels as SVG: black text on plates of their instruments' colours. First those that are about the
 * whole picture, listed in the top left, then those of the marks, large ones first. Where there is no
 * room left, and in renditions too small for text, there are none.
 *
 * @param textPx height of the text
 */
export async function labelLayer(
  ofWhole: readonly Mark[],
  marks: readonly DrawnMark[],
  size: Size,
  textPx: number,
): Promise<string> {
  const named = marks.filter(({ visible: { left, top, right, bottom } }) => {
    return Math.max(right - left, bottom - top) >= MIN_MARK_PX;
  });
  if (textPx < MIN_TEXT_PX || ofWhole.length + named.length === 0) return '';
  const style = styleOf(await LabelFont.load(), size, textPx);
  const places = new LabelPlaces(size);
  const glyphs = new Set<number>();
  const plates: string[] = [];
  let labels = 0;

  const add = async (mark: Mark | DrawnMark, findPlace: (plate: Size) => Place | undefined) => {
    labels += 1;
    if (labels > MAX_LABELS) return;
    if (labels % LABELS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    const text = shapedLabel(mark.instrument, mark.index, style.font, style.maxWidth);
    const place = findPlace(plateSize(text, style));
    if (!place) return;
    for (const { id } of text.glyphs) glyphs.add(id);
    plates.push(plateOf(text, place, colourOf(mark.instrument), style));
  };
  for (const mark of ofWhole) await add(mark, (plate) => places.listed(plate));
  for (const mark of named) await add(mark, (plate) => places.near(mark.visible, plate));
  return `<defs>${glyphDefinitions(glyphs, style.font)}</defs>${plates.join('')}`;
}

function styleOf(font: LabelFont, size: Size, textPx: number): LabelStyle {
  const scale = textPx / font.unitsPerEm;
  const padding = Math.round(textPx * PADDING_EM);
  const height = Math.ceil((font.ascent - font.descent) * scale) + 2;
  const widthPx = Math.min(size.width - 2 * padding, MAX_WIDTH_EM * textPx);
  return { font, scale, padding, height, maxWidth: Math.max(0, widthPx) / scale };
}

function plateSize(text: ShapedText, { scale, padding, height }: LabelStyle): Size {
  return { width: Math.ceil(text.width * scale) + 2 * padding, height };
}

function plateOf(
  text: ShapedText,
  { left, top, width, height }: Place,
  colour: string,
  { font, scale, padding }: LabelStyle,
): string {
  const x = shortNumber(left, 1);
  const y = shortNumber(top, 1);
  const baseline = shortNumber(top + 1 + font.ascent * scale, 1);
  const start = shortNumber(left + padding, 1);
  const zoom = shortNumber(scale, 6);
  const letters = text.glyphs
    .filter(({ id }) => font.pathOf(id) !== '')
    .map(({ id, x: at, y: up }) => `<use href="#g${id}" x="${at}"${up ? ` y="${up}"` : ''}/>`);
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour}" fill-opacity=".9"` +
    ` stroke="#000" stroke-opacity=".6"/>` +
    `<g transform="matrix(${zoom} 0 0 -${zoom} ${start} ${baseline})">${letters.join('')}</g>`
  );
}

function glyphDefinitions(glyphs: ReadonlySet<number>, font: LabelFont): string {
  return [...glyphs].map((id) => `<path id="g${id}" d="${font.pathOf(id)}"/>`).join('');
}
