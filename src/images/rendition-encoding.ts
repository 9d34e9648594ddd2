import type { Sharp } from 'sharp';
import type { RenditionPlan } from '../renditions/rendition-plan.js';
import { RenditionTooHeavy } from './image-file.errors.js';
import { bestWithin } from './quality-search.js';
import { type FromPixels, rawOf } from './raw-pixels.js';
import { outputOf } from './rendition-formats.js';

/**
 * Encodes what a plan's pipeline has made.
 * @param isLossless whether the picture is a losslessly compressed WebP
 * @returns `encode`: milliseconds, where encoding was a step of its own
 * @throws RenditionTooHeavy
 */
export async function encoded(
  pixels: Sharp,
  plan: RenditionPlan,
  isLossless: boolean,
  fromPixels: FromPixels,
): Promise<{ data: Buffer; encode?: number }> {
  const { format, maxBytes, quality, size } = plan;
  const encoder = { format, quality, lossless: plan.keepsLossless && isLossless };
  const output = outputOf(encoder, size.width * size.height);
  if (maxBytes === null)
    return { data: await pixels.toFormat(output.format, output.settings).toBuffer() };
  // Decoded once, and encoded as often as it takes.
  const raw = await rawOf(pixels);
  const begun = performance.now();
  const encode = (tried: number) =>
    fromPixels(raw)
      .toFormat(output.format, { ...output.settings, quality: tried })
      .toBuffer();
  const { data, fewest } = await bestWithin(maxBytes, quality ?? 100, encode);
  if (!data) throw new RenditionTooHeavy(fewest);
  return { data, encode: performance.now() - begun };
}
