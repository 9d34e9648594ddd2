import type { Size } from '../../renditions/boxes.js';
import { figureOf } from './figure.js';
import type { MaskTracer, PixelMask, Shape, Transform } from './mark.js';
import { isOfWhole } from './mark.js';
import { pathOf } from './outline.js';
import { seenPixels } from './traced-lines.js';

/** Pixels around the picture in which cut edges may lie. */
const MARGIN = 2;
/**
 * Of a mask's outline: up to here a cut-out is exact, and its SVG has 5 MB at most. No mask that can be stored (500,000
 * runs) has more, but the renderer is not at the mercy of that.
 */
const MAX_CORNERS = 1_000_000;

/** Whether something lies inside of a shape, that could be cut out: nothing does of lines and points. */
export function hasInside({ polygon, box, mask }: Shape): boolean {
  return Boolean(polygon ?? box ?? mask);
}

/**
 * What lies inside of a shape in white on nothing, as an SVG document of the rendition's size. Composited with
 * `dest-in` onto the rendition it gives the cut-out, with smooth edges; those of masks lie along the edges of
 * pixels. Without a shape all of the picture stays.
 *
 * @param transform from pixels of the upright picture to those of the rendition
 * @param tracer finds the outlines of masks
 */
export async function maskSvg(
  shape: Shape,
  transform: Transform,
  size: Size,
  tracer: MaskTracer,
): Promise<Buffer> {
  const { width, height } = size;
  const path = shape.mask
    ? await pathOfMask(shape.mask, transform, size, tracer)
    : `d="${pathOfShape(shape, transform, size)}"`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<path fill="#fff" fill-rule="evenodd" ${path}/></svg>`,
  );
}

function pathOfShape(shape: Shape, transform: Transform, size: Size): string {
  if (isOfWhole(shape)) return `M0 0H${size.width}V${size.height}H0Z`;
  const figure = figureOf(shape, { transform, size, margin: MARGIN }, undefined);
  return figure && hasInside(shape) ? pathOf(figure.lines, 3) : '';
}

/** Whole pixels of the picture, which the renderer moves: to do it here would take long for many corners. */
async function pathOfMask(
  mask: PixelMask,
  transform: Transform,
  size: Size,
  tracer: MaskTracer,
): Promise<string> {
  const window = seenPixels({ transform, size, margin: MARGIN });
  const data = await tracer.path(mask, { window, cell: 0, corners: MAX_CORNERS });
  return `transform="matrix(${transform.join(' ')})" d="${data}"`;
}
