import type { Size } from './boxes.js';
import type { RenditionPlan } from './rendition-plan.js';

/**
 * `[a, b, c, d, e, f]` as in SVG's and CSS's `matrix()`: x' = a·x + c·y + e and y' = b·x + d·y + f.
 * (https://www.w3.org/TR/css-transforms-1/#funcdef-transform-matrix)
 */
export type Affine = readonly [number, number, number, number, number, number];
export type Point = readonly [x: number, y: number];

/** Does first `first`, then `second`. */
export function chained(first: Affine, second: Affine): Affine {
  const [a, b, c, d, e, f] = first;
  const [g, h, i, j, k, l] = second;
  return [
    g * a + i * b,
    h * a + j * b,
    g * c + i * d,
    h * c + j * d,
    g * e + i * f + k,
    h * e + j * f + l,
  ];
}

/** Where a point comes to lie. */
export function applied([a, b, c, d, e, f]: Affine, [x, y]: Point): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

/**
 * How far libvips moves what it makes larger in one direction or both, in pixels of the result and in both directions
 * (vips_resize of 8.18, seen by markers).
 */
const SHIFT_OF_ENLARGED = 0.5;

/** Where a point of the upright picture lies in a rendition: pixels to pixels. */
export function transformOf(plan: RenditionPlan): Affine {
  const { region, scaled, frame, mirrored, turn } = plan;
  const [stretchX, stretchY] = [scaled.width / region.width, scaled.height / region.height];
  const shift = stretchX > 1 || stretchY > 1 ? SHIFT_OF_ENLARGED : 0;
  const cropped: Affine = [
    stretchX,
    0,
    0,
    stretchY,
    -region.left * stretchX - frame.left + shift,
    -region.top * stretchY - frame.top + shift,
  ];
  const flopped: Affine = mirrored ? [-1, 0, 0, 1, frame.width, 0] : [1, 0, 0, 1, 0, 0];
  return chained(chained(cropped, flopped), turning(frame, turn));
}

/** As the header `X-Image-Transform` spells it. */
export function transformText(transform: Affine): string {
  return transform.map((value) => String(Number(value.toFixed(9)) + 0)).join(',');
}

/** The size of what a picture becomes when it is turned by so many degrees. */
export function turnedSize(size: Size, degrees: number): Size {
  const [cos, sin] = cosAndSin(degrees).map(Math.abs) as [number, number];
  return {
    width: Math.max(1, Math.round(size.width * cos + size.height * sin)),
    height: Math.max(1, Math.round(size.width * sin + size.height * cos)),
  };
}

const QUARTERS: readonly (readonly [cos: number, sin: number])[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

// Math.cos(Math.PI / 2) is not quite 0.
function cosAndSin(degrees: number): readonly [cos: number, sin: number] {
  const quarter = QUARTERS[degrees / 90];
  if (quarter) return quarter;
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** Turns clockwise, into a picture just large enough. */
function turning(size: Size, degrees: number): Affine {
  const [cos, sin] = cosAndSin(degrees);
  const corners: Point[] = [
    [0, 0],
    [size.width, 0],
    [0, size.height],
    [size.width, size.height],
  ];
  const xs = corners.map(([x, y]) => cos * x - sin * y);
  const ys = corners.map(([x, y]) => sin * x + cos * y);
  const [left, top] = [Math.round(Math.min(...xs)), Math.round(Math.min(...ys))];
  if (degrees % 90 === 0) return [cos, sin, -sin, cos, -left, -top];
  // libvips turns about the middle of the first pixel (vips_affine of libvips 8.18, seen by markers).
  const half = 0.5;
  return [cos, sin, -sin, cos, half - left - half * (cos - sin), half - top - half * (sin + cos)];
}
