import sharp from 'sharp';
import { traced, tracedPath } from '../../src/annotations/geometry/mask-tracing.js';
import type { Point, MaskTracer, Transform } from '../../src/images/overlay/mark.js';
import type { Size } from '../../src/renditions/boxes.js';
import { type Pixels, pixelAt, pixelsOf } from './pictures.js';

// Named once: looked up for every pixel, globals take most of the time.
const { hypot, max, min } = Math;

/** Of the whole of {@link SHEET}: an L without any symmetry. */
export const L_SHAPE: Point[] = [
  [30, 20],
  [90, 20],
  [90, 60],
  [170, 60],
  [170, 110],
  [30, 110],
];
export const SHEET: Size = { width: 200, height: 150 };

/** Of {@link SHEET} onto a rendition, and the rendition's size. */
export const TRANSFORMS: [name: string, transform: Transform, size: Size][] = [
  ['as it is', [1, 0, 0, 1, 0, 0], SHEET],
  ['scaled', [1.5, 0, 0, 1.5, 0, 0], { width: 300, height: 225 }],
  ['stretched', [2, 0, 0, 0.8, 0, 0], { width: 400, height: 120 }],
  ['a region', [2, 0, 0, 2, -120, -80], { width: 160, height: 120 }],
  ['a frame around it', [0.5, 0, 0, 0.5, 40, 15], { width: 180, height: 105 }],
  ['turned by 90°', [0, 1, -1, 0, 150, 0], { width: 150, height: 200 }],
  ['turned by 180°', [-1, 0, 0, -1, 200, 150], SHEET],
  ['turned by 270°', [0, -1, 1, 0, 0, 200], { width: 150, height: 200 }],
  ['mirrored', [-1, 0, 0, 1, 200, 0], SHEET],
  ['mirrored and turned by 90°', [0, -1, -1, 0, 150, 200], { width: 150, height: 200 }],
  ['turned by 30°', [0.866025, 0.5, -0.5, 0.866025, 75, 0], { width: 249, height: 230 }],
];

/** Finds outlines on this thread. */
export const tracerHere: MaskTracer = {
  trace: (masks, limits) => Promise.resolve(traced(masks, limits)),
  path: (mask, limits) => Promise.resolve(tracedPath(mask, limits)),
};

/** The document drawn onto a grey sheet. */
export async function drawnOnGrey(svg: Buffer, size: Size): Promise<Pixels> {
  const background = { r: 128, g: 128, b: 128 };
  const sheet = sharp({ create: { ...size, channels: 3, background } });
  return pixelsOf(
    await sheet
      .composite([{ input: svg }])
      .removeAlpha()
      .png()
      .toBuffer(),
  );
}

/** The alpha that the document leaves of an opaque sheet. */
export async function cutOut(mask: Buffer, size: Size): Promise<Pixels> {
  const sheet = sharp({ create: { ...size, channels: 3, background: '#c40' } });
  return pixelsOf(
    await sheet
      .composite([{ input: mask, blend: 'dest-in' }])
      .png()
      .toBuffer(),
  );
}

/**
 * Counts the pixels that are `isMarked` and should not be, or the other way round, by where their middle lies in the
 * upright picture. Those within `blur` pixels of an edge may be either.
 */
export function misplaced(
  pixels: Pixels,
  outline: readonly Point[],
  transform: Transform,
  blur: number,
  isMarked: (pixel: number[]) => boolean,
): number {
  return misplacedOf(pixels, [outline], transform, blur, isMarked);
}

/** The same for several rings, by the even-odd rule. */
export function misplacedOf(
  pixels: Pixels,
  rings: readonly (readonly Point[])[],
  transform: Transform,
  blur: number,
  isMarked: (pixel: number[]) => boolean,
): number {
  const lying = rings.map((ring) => ring.map((point) => movedBy(transform, point)));
  let wrong = 0;
  for (let y = 0; y < pixels.height; y += 1) {
    for (let x = 0; x < pixels.width; x += 1) {
      const middle: Point = [x + 0.5, y + 0.5];
      if (lying.some((corners) => distanceToEdge(middle, corners) <= blur)) continue;
      const depth = lying.filter((corners) => isInside(middle, corners)).length;
      if (isMarked(pixelAt(pixels, x, y)) !== (depth % 2 === 1)) wrong += 1;
    }
  }
  return wrong;
}

/** Where a point comes to lie. */
export function movedBy([a, b, c, d, e, f]: Transform, [x, y]: Point): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** The upright picture's pixels that `isInside`, by the column and row of each, as COCO's runs. */
export function aMask(
  { width, height }: Size,
  isInside: (x: number, y: number) => boolean,
): { size: [number, number]; counts: number[] } {
  const counts = [0];
  let last = false;
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      if (isInside(x, y) !== last) counts.push(0);
      last = isInside(x, y);
      counts[counts.length - 1]! += 1;
    }
  }
  return { size: [height, width], counts };
}

function isInside([x, y]: Point, corners: readonly Point[]): boolean {
  let inside = false;
  let [x2, y2] = corners.at(-1)!;
  for (const [x1, y1] of corners) {
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    [x2, y2] = [x1, y1];
  }
  return inside;
}

function distanceToEdge(at: Point, corners: readonly Point[]): number {
  return min(distanceToLine(at, corners), distanceToLine(at, [corners.at(-1)!, corners[0]!]));
}

/** Of a point to an open line. */
export function distanceToLine([x, y]: Point, line: readonly Point[]): number {
  let least = Infinity;
  let [x2, y2] = line[0]!;
  for (const [x1, y1] of line) {
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const share = length && ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length;
    const nearest = min(1, max(0, share));
    least = min(least, hypot(x - x1 - nearest * (x2 - x1), y - y1 - nearest * (y2 - y1)));
    [x2, y2] = [x1, y1];
  }
  return least;
}

/** The pixels, as column and row, that are so. */
export function pixelsWhere(
  pixels: Pixels,
  isSo: (pixel: number[], x: number, y: number) => boolean,
): string[] {
  const found: string[] = [];
  for (let y = 0; y < pixels.height; y += 1) {
    for (let x = 0; x < pixels.width; x += 1) {
      if (isSo(pixelAt(pixels, x, y), x, y)) found.push(`${x},${y}`);
    }
  }
  return found;
}
