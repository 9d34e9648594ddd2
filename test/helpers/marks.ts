import sharp from 'sharp';
import { traced } from '../../src/annotations/geometry/mask-tracing.js';
import type { Point, TraceMasks, Transform } from '../../src/images/overlay/mark.js';
import type { Size } from '../../src/renditions/boxes.js';
import { type Pixels, pixelAt, pixelsOf } from './pictures.js';

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
export const traceHere: TraceMasks = (masks, limits) => Promise.resolve(traced(masks, limits));

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
  [a, b, c, d, e, f]: Transform,
  blur: number,
  isMarked: (pixel: number[]) => boolean,
): number {
  const corners = outline.map(([x, y]): Point => [a * x + c * y + e, b * x + d * y + f]);
  let wrong = 0;
  for (let y = 0; y < pixels.height; y += 1) {
    for (let x = 0; x < pixels.width; x += 1) {
      const middle: Point = [x + 0.5, y + 0.5];
      if (distanceToEdge(middle, corners) <= blur) continue;
      if (isMarked(pixelAt(pixels, x, y)) !== isInside(middle, corners)) wrong += 1;
    }
  }
  return wrong;
}

function isInside([x, y]: Point, corners: readonly Point[]): boolean {
  let inside = false;
  corners.forEach(([x1, y1], at) => {
    const [x2, y2] = corners.at(at - 1)!;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

function distanceToEdge([x, y]: Point, corners: readonly Point[]): number {
  const distances = corners.map(([x1, y1], at) => {
    const [x2, y2] = corners.at(at - 1)!;
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const share = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length;
    const nearest = Math.min(1, Math.max(0, share));
    return Math.hypot(x - x1 - nearest * (x2 - x1), y - y1 - nearest * (y2 - y1));
  });
  return Math.min(...distances);
}
