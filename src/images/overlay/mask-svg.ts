import type { Size } from '../../renditions/boxes.js';
import { figureOf } from './figure.js';
import { isOfWhole, type Shape, type TraceMasks, type Transform } from './mark.js';
import { pathOf } from './outline.js';
import { tracedLines } from './traced-lines.js';

/** Pixels around the picture in which cut edges may lie. */
const MARGIN = 2;
/** Of a mask's outline: exact up to here, 5 MB of SVG at most. */
const MAX_CORNERS = 250_000;

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
 */
export async function maskSvg(
  shape: Shape,
  transform: Transform,
  size: Size,
  trace: TraceMasks,
): Promise<Buffer> {
  const { width, height } = size;
  const whole = `M0 0H${width}V${height}H0Z`;
  const path = isOfWhole(shape) ? whole : await pathOfShape(shape, transform, size, trace);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<path fill="#fff" fill-rule="evenodd" d="${path}"/></svg>`,
  );
}

async function pathOfShape(
  shape: Shape,
  transform: Transform,
  size: Size,
  trace: TraceMasks,
): Promise<string> {
  const frame = { transform, size, margin: MARGIN };
  const masks = shape.mask ? [shape.mask] : [];
  const [traced] = await tracedLines(masks, trace, frame, 0, MAX_CORNERS);
  const figure = hasInside(shape) ? figureOf(shape, frame, traced) : undefined;
  return figure ? pathOf(figure.lines, 3) : '';
}
