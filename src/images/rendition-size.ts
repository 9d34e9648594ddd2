import type { ImageLimits, Size } from './picture.js';

type OutputLimits = Pick<ImageLimits, 'maxOutputSide' | 'maxPixels'>;

/** `size` times `scale`, rounded, at least one pixel a side; `undefined` if that exceeds the limits. */
export function scaledSize(size: Size, scale: number, limits: OutputLimits): Size | undefined {
  const width = Math.max(1, Math.round(size.width * scale));
  const height = Math.max(1, Math.round(size.height * scale));
  const fits =
    Math.max(width, height) <= limits.maxOutputSide && width * height <= limits.maxPixels;
  return fits ? { width, height } : undefined;
}

/** The largest scale allowed, cut to four digits: the number we name is one we accept. */
export function largestScale(size: Size, limits: OutputLimits): number {
  const bySide = limits.maxOutputSide / Math.max(size.width, size.height);
  const byPixels = Math.sqrt(limits.maxPixels / (size.width * size.height));
  const most = Math.min(bySide, byPixels);
  // Powers of ten as divisors: 0.0001 is not exact, and 8192 * 0.0001 would show its digits.
  const digits = 3 - Math.floor(Math.log10(most));
  const scaleOf = (steps: number) => Number(`${steps}e${-digits}`);
  let steps = Math.floor(Number(`${most}e${digits}`));
  // Rounding both sides up can exceed the pixels by a row.
  while (steps > 1 && !scaledSize(size, scaleOf(steps), limits)) steps -= 1;
  return scaleOf(steps);
}
