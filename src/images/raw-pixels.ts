import type { Sharp } from 'sharp';
import type { Size } from '../renditions/boxes.js';

/** Pixels between two steps: in rows, channels together, 8 bits each. */
export interface RawPixels extends Size {
  data: Buffer;
  channels: 1 | 2 | 3 | 4;
}

/** Goes on with pixels that were decoded before. */
export type FromPixels = (pixels: RawPixels) => Sharp;

/** Runs a pipeline up to its pixels. */
export async function rawOf(source: Sharp): Promise<RawPixels> {
  const { data, info } = await source.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}
