import type { Size } from '../../renditions/boxes.js';
import type { Polygon, Transform } from './mark.js';
import { clipped, outlineOf, pathOf } from './outline.js';

/** Pixels around the picture in which cut edges may lie. */
const MARGIN = 2;

/**
 * The polygon in white on nothing, as an SVG document of the rendition's size. Composited with `dest-in` onto
 * the rendition it gives the cut-out, with smooth edges. Without a polygon all of the picture stays.
 *
 * @param transform from pixels of the upright picture to those of the rendition
 */
export function maskSvg(polygon: Polygon | null, transform: Transform, size: Size): Buffer {
  const { width, height } = size;
  const whole = `M0 0H${width}V${height}H0Z`;
  const path = polygon ? pathOfPolygon(polygon, transform, size) : whole;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<path fill="#fff" d="${path}"/></svg>`,
  );
}

function pathOfPolygon(polygon: Polygon, transform: Transform, size: Size): string {
  const visible = clipped(outlineOf(polygon, transform), size, MARGIN);
  return visible.length > 0 ? pathOf(visible, 3) : '';
}
