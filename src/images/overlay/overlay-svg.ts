import type { Size } from '../../renditions/boxes.js';
import { type DrawnMark, drawnMarks } from './drawn-mark.js';
import type { Dot } from './figure.js';
import { labelLayer } from './label-layer.js';
import { isOfWhole, type Mark, type MaskTracer, type Point, type Transform } from './mark.js';
import { pathOf, shortNumber, turnOfOthers } from './outline.js';

/** Rises with every change that draws the same marks otherwise. */
export const OVERLAY_REVISION = 1;
/** Radius of a point's dot, in widths of lines. */
const DOT_STROKES = 2.5;

/**
 * The marks as an SVG document of the rendition's size: each an outline in the colour of its instrument with
 * a dark edge and a translucent fill, and its label; larger ones below smaller ones. Lines are not filled, points
 * are dots, hollow where they are hidden. It refers to nothing outside of itself, no font either: the same marks give
 * the same bytes everywhere.
 *
 * Bounded, however many marks and points there are: see drawn-mark.ts for outlines; 400 labels. About 5 MB.
 *
 * @param transform from pixels of the upright picture to those of the rendition
 * @param size of the rendition, in pixels
 * @param tracer finds the outlines of masks
 */
export async function overlaySvg(
  marks: readonly Mark[],
  transform: Transform,
  size: Size,
  tracer: MaskTracer,
): Promise<Buffer> {
  const { width, height } = size;
  const side = Math.sqrt(width * height);
  const strokePx = within(side / 400, 1, 12);
  const dotRadius = DOT_STROKES * strokePx;
  const frame = { transform, size, margin: 4 * strokePx, dotRadius };
  const drawn = await drawnMarks(marks, frame, tracer);
  await turnOfOthers();
  const outlines = drawn.map((mark) => linesOf(mark, strokePx) + dotsOf(mark, strokePx, dotRadius));
  await turnOfOthers();
  const labels = await labelLayer(marks.filter(isOfWhole), drawn, size, within(side / 50, 0, 96));
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<g fill="none" fill-opacity=".2" stroke-width="${strokePx.toFixed(1)}" stroke-linejoin="round">` +
      `${outlines.join('')}</g>${labels}</svg>`,
  );
}

function linesOf({ lines, colour, isFilled }: DrawnMark, strokePx: number): string {
  if (lines.length === 0) return '';
  const path = pathOf(lines, 1);
  const ends = isFilled ? '' : ' stroke-linecap="round"';
  const rule = lines.length > 1 ? ' fill-rule="evenodd"' : '';
  const fill = isFilled ? ` fill="${colour}"${rule}` : '';
  return (
    `<path d="${path}" stroke="#000" stroke-opacity=".6" stroke-width="${(2 * strokePx).toFixed(1)}"${ends}/>` +
    `<path d="${path}"${fill} stroke="${colour}"${ends}/>`
  );
}

// Paths, because a circle for each of very many points would be a document of many megabytes.
function dotsOf({ dots, colour }: DrawnMark, strokePx: number, radius: number): string {
  const [visible, hidden] = [dots.filter(({ isHidden }) => !isHidden), dots.filter(isHiddenDot)];
  const round = radius.toFixed(1);
  const across = (2 * Number(round)).toFixed(1);
  const half = `a${round} ${round} 0 1 0`;
  const filled = visible.map(({ at }) => `M${placeOf(at)}h0`).join('');
  const rings = hidden.map(({ at: [x, y] }) => {
    return `M${placeOf([x - Number(round), y])}${half} ${across} 0${half} -${across} 0z`;
  });
  return (
    strokesOf(filled, colour, 2 * radius + 2 * strokePx, 2 * radius + strokePx) +
    strokesOf(rings.join(''), colour, 2 * strokePx, strokePx)
  );
}

function isHiddenDot({ isHidden }: Dot): boolean {
  return isHidden;
}

function placeOf([x, y]: Point): string {
  return `${shortNumber(x, 1)} ${shortNumber(y, 1)}`;
}

/** A line of the colour on a wider dark one. */
function strokesOf(path: string, colour: string, widePx: number, narrowPx: number): string {
  if (path === '') return '';
  const [wide, narrow] = [widePx, narrowPx].map((px) => px.toFixed(1));
  return (
    `<path d="${path}" stroke="#000" stroke-opacity=".6" stroke-width="${wide}" stroke-linecap="round"/>` +
    `<path d="${path}" stroke="${colour}" stroke-width="${narrow}" stroke-linecap="round"/>`
  );
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
