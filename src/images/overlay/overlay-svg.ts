import type { Size } from '../../renditions/boxes.js';
import { drawnMarks } from './drawn-mark.js';
import { labelLayer } from './label-layer.js';
import type { Mark, Transform } from './mark.js';
import { pathOf } from './outline.js';

/** Rises with every change that draws the same marks otherwise. */
export const OVERLAY_REVISION = 1;

/**
 * The marks as an SVG document of the rendition's size: each an outline in the colour of its instrument with
 * a dark edge and a translucent fill, and its label; larger ones below smaller ones. It refers to nothing
 * outside of itself, no font either: the same marks give the same bytes everywhere.
 *
 * Bounded, however many marks and points there are: see drawn-mark.ts for outlines; 400 labels. About 4 MB.
 *
 * @param transform from pixels of the upright picture to those of the rendition
 * @param size of the rendition, in pixels
 */
export async function overlaySvg(
  marks: readonly Mark[],
  transform: Transform,
  size: Size,
): Promise<Buffer> {
  const { width, height } = size;
  const side = Math.sqrt(width * height);
  const strokePx = within(side / 400, 1, 12);
  const drawn = await drawnMarks(marks, transform, size, 4 * strokePx);
  const outlines = drawn.map(({ outline, colour }) => {
    const path = pathOf(outline, 1);
    return (
      `<path d="${path}" stroke="#000" stroke-opacity=".6" stroke-width="${(2 * strokePx).toFixed(1)}"/>` +
      `<path d="${path}" fill="${colour}" stroke="${colour}"/>`
    );
  });
  const ofWhole = marks.filter(({ polygon }) => !polygon);
  const labels = await labelLayer(ofWhole, drawn, size, within(side / 50, 0, 96));
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<g fill="none" fill-opacity=".2" stroke-width="${strokePx.toFixed(1)}" stroke-linejoin="round">` +
      `${outlines.join('')}</g>${labels}</svg>`,
  );
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
