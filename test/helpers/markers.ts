import sharp from 'sharp';
import { uprightPlace } from './pictures.js';

/** A place in the upright picture. */
export type Place = readonly [x: number, y: number];

/** Half the side of a marker, in pixels. */
export const MARKER_RADIUS = 5;

/**
 * Draws a black picture with a square in each of the three colours.
 * @param places of the squares' middles: of the red, the green and the blue one
 * @param orientation the pixels are stored turned, and EXIF says so
 */
export function drawMarkers(
  format: 'jpeg' | 'png',
  { width, height }: { width: number; height: number },
  places: readonly Place[],
  orientation: number,
): Promise<Buffer> {
  const stored = orientation >= 5 ? { width: height, height: width } : { width, height };
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < stored.height; y += 1)
    for (let x = 0; x < stored.width; x += 1) {
      const upright = uprightPlace(x, y, orientation, width, height);
      const channel = places.findIndex(
        ([left, top]) =>
          Math.abs(upright.x + 0.5 - left) < MARKER_RADIUS &&
          Math.abs(upright.y + 0.5 - top) < MARKER_RADIUS,
      );
      if (channel >= 0) pixels[(y * stored.width + x) * 3 + channel] = 255;
    }
  return sharp(pixels, { raw: { ...stored, channels: 3 } })
    .withMetadata({ orientation })
    .toFormat(format, format === 'jpeg' ? { quality: 100, chromaSubsampling: '4:4:4' } : {})
    .toBuffer();
}

/** Where the middles of the red, the green and the blue square lie, in pixels; NaN for one that is not there. */
export async function markersIn(picture: Buffer): Promise<Place[]> {
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const sums = [0, 1, 2].map(() => ({ weight: 0, x: 0, y: 0 }));
  for (let at = 0, pixel = 0; at < data.length; at += 3, pixel += 1) {
    const colours = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0] as const;
    const strongest = Math.max(...colours);
    const contrast = 2 * strongest - (colours[0] + colours[1] + colours[2]);
    const sum = sums[colours.indexOf(strongest)];
    if (contrast < 24 || !sum) continue;
    sum.weight += contrast;
    sum.x += contrast * ((pixel % info.width) + 0.5);
    sum.y += contrast * (Math.floor(pixel / info.width) + 0.5);
  }
  return sums.map(({ weight, x, y }) => [x / weight, y / weight]);
}
