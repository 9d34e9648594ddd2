import { decimal, decimalSum } from './decimal.js';
import type { PresentedShape } from './presented-image.js';

type Point = readonly [number, number];
type Points = readonly Point[];

/** A part of a canvas (https://www.w3.org/TR/annotation-model/#selectors). */
export interface Selector {
  type: 'FragmentSelector' | 'SvgSelector';
  conformsTo?: string;
  value: string;
}

const MEDIA_FRAGMENTS = 'http://www.w3.org/TR/media-frags/';
/** Height of a point's pin, of the canvas's longer side. */
const PIN_SHARE = 1 / 150;

/**
 * Selects where an annotation is. A box of whole pixels is a media fragment; media fragments know no others, so
 * that all else is SVG: one path with absolute coordinates, of lines alone. Mirador draws paths only, and Annotorious
 * takes one without curves for a polygon.
 *
 * - a polygon with holes, and a mask, is a path of several rings, filled by the even-odd rule; a mask's lie along the
 *   edges of its pixels. A mask with more corners than are told is the box around it
 * - an open line is a path that is not closed
 * - points are pins, each a triangle that begins at its tip: "M x,y" is the point. Those that are not labelled are
 *   nowhere, and left out
 * @param canvas its size
 * @returns nothing for the whole canvas
 */
export function selectorOf(
  { polygon, box, polyline, points, mask, bbox }: PresentedShape,
  canvas: { width: number; height: number },
): Selector | undefined {
  if (polygon) return ofPolygon(polygon.rings ?? [polygon.points ?? []]);
  if (box) return ofBox(box);
  if (polyline) return svgOf(pathOf(polyline.points, ''), ' fill="none"');
  if (points) return ofPoints(points, canvas);
  if (mask?.outline) return svgOf(mask.outline, EVEN_ODD);
  return mask && bbox ? fragment(bbox) : undefined;
}

const EVEN_ODD = ' fill-rule="evenodd"';

function ofPolygon(rings: readonly Points[]): Selector {
  const [[first, second, third] = []] = rings;
  if (first && second && !third) return betweenCorners(first, second);
  return svgOf(rings.map((ring) => pathOf(ring, ' Z')).join(' '), rings.length > 1 ? EVEN_ODD : '');
}

function betweenCorners(first: Point, second: Point): Selector {
  const [left, right] = ordered(first[0], second[0]);
  const [top, bottom] = ordered(first[1], second[1]);
  const box = [left, top, right - left, bottom - top];
  if (areWholePixels(box)) return fragment(box);
  return cornersOf([left, right].map(decimal), [top, bottom].map(decimal));
}

function ofBox({ x, y, width, height }: NonNullable<PresentedShape['box']>): Selector {
  const box = [x, y, width, height];
  if (areWholePixels(box)) return fragment(box);
  return cornersOf([decimal(x), decimalSum(x, width)], [decimal(y), decimalSum(y, height)]);
}

function ofPoints(
  { points, visibility }: NonNullable<PresentedShape['points']>,
  canvas: { width: number; height: number },
): Selector | undefined {
  const height = Math.max(2, Math.round(Math.max(canvas.width, canvas.height) * PIN_SHARE));
  const half = Math.max(1, Math.round(height / 3));
  const pins = points
    .filter((_point, place) => visibility[place] !== 0)
    .map(([x, y]) => {
      const top = decimalSum(y, -height);
      const [left, right] = [decimalSum(x, -half), decimalSum(x, half)];
      return `M ${decimal(x)},${decimal(y)} L ${left},${top} L ${right},${top} Z`;
    });
  return pins.length > 0 ? svgOf(pins.join(' ')) : undefined;
}

function areWholePixels(box: readonly number[]): boolean {
  return box.every((length) => Number.isInteger(length) && length >= 0);
}

// Without a unit it is pixels too, and Mirador reads no unit.
function fragment(box: readonly number[]): Selector {
  return { type: 'FragmentSelector', conformsTo: MEDIA_FRAGMENTS, value: `xywh=${box.join(',')}` };
}

function cornersOf([left, right]: readonly string[], [top, bottom]: readonly string[]): Selector {
  return svgOf(`M ${left},${top} L ${right},${top} L ${right},${bottom} L ${left},${bottom} Z`);
}

function pathOf(points: Points, end: '' | ' Z'): string {
  return `M ${points.map(([x, y]) => `${decimal(x)},${decimal(y)}`).join(' L ')}${end}`;
}

function svgOf(path: string, attributes = ''): Selector {
  const value = `<svg xmlns="http://www.w3.org/2000/svg"><path${attributes} d="${path}"/></svg>`;
  return { type: 'SvgSelector', value };
}

function ordered(one: number, other: number): [number, number] {
  return one < other ? [one, other] : [other, one];
}
