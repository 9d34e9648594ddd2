import type { Metadata } from 'sharp';
import { TooManyPixels } from './image-file.errors.js';
import type { ImageLimits } from './picture.js';
import { MAX_BLOCKS, MAX_SCANS, type PictureStructure } from './picture-structure.js';

/**
 * Refuses a picture that would cost too much, by its structure and, once that is known, its header.
 * @throws TooManyPixels
 */
export function refuseTooMuch(
  structure: PictureStructure,
  { maxFrames, maxPixels, maxPixelsHeavy }: ImageLimits,
  header?: Pick<Metadata, 'width' | 'height' | 'format' | 'isProgressive'>,
): void {
  if (structure.frames > maxFrames) throw new TooManyPixels(`it has more than ${maxFrames} frames`);
  if (structure.blocks > MAX_BLOCKS)
    throw new TooManyPixels(`it has more than ${MAX_BLOCKS} blocks`);
  if ((structure.scans ?? 1) > MAX_SCANS) {
    throw new TooManyPixels(`it has more than ${MAX_SCANS} scans`);
  }
  const ofFrames = header ? header.width * header.height : 0;
  const pixels = Math.max(structure.pixels ?? ofFrames * structure.frames, ofFrames);
  const heavy = header && (header.format === 'heif' || header.isProgressive);
  const allowed = heavy ? maxPixelsHeavy : maxPixels;
  if (pixels > allowed) throw new TooManyPixels(`${pixels} pixels, where ${allowed} are allowed`);
}

/** A picture whose decoding would take more memory than there is for all. */
export function tooMuchMemory(bytes: number, allowed: number): TooManyPixels {
  return new TooManyPixels(`it takes ${bytes} bytes of memory, where ${allowed} are allowed`);
}
