import type { Size } from '../../renditions/boxes.js';
import { type DrawnMark, drawnMarks } from './drawn-mark.js';
import { labelLayer } from './label-layer.js';
import { isOfWhole, type Mark, type MaskTracer, type Transform } from './mark.js';
import { pathOf, shortNumber, turnOfOthers } from './outline.js';

/** Rises with every change that draws the same marks otherwise. */
export const OVERLAY_REVISION = 1;
/** Radius of a point's dot, in widths of lines. */
const DOT_STROKES = 2.5;

/**
 * The marks as an SVG document of the rendition's size: each an outline in the colour of its instrument with
 * a dark edge and a translucent fill, and its label; larger ones below smaller ones. Lines are not filled, points
 * are dots, hollow where they are hidden. It refers to nothing
 * outside of itself, no font either: the same marks give the same bytes everywhere.
 *
 * Bounded, however many marks and points there are: see drawn-mark.ts for outlines; 400 labels. About 4 MB.
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

function dotsOf({ dots, colour }: DrawnMark, strokePx: number, radius: number): string {
  const wide = (2 * strokePx).toFixed(1);
  return dots
    .map(({ at: [x, y], isHidden }) => {
      const place = `cx="${shortNumber(x, 1)}" cy="${shortNumber(y, 1)}" r="${radius.toFixed(1)}"`;
      return (
        `<circle ${place} stroke="#000" stroke-opacity=".6" stroke-width="${wide}"/>` +
        (isHidden
          ? `<circle ${place} stroke="${colour}"/>`
          : `<circle ${place} fill="${colour}" fill-opacity="1" stroke="${colour}"/>`)
      );
    })
    .join('');
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
