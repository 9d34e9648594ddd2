import type { Size } from './boxes.js';
import { stretched } from './fit.js';

/** How large renditions may be. */
export interface OutputLimits {
  /** Pixels of a side. */
  maxOutputSide: number;
  /** Pixels in all. */
  maxPixels: number;
}

/** Whether a rendition of this size is within the limits. */
export function isWithin({ width, height }: Size, limits: OutputLimits): boolean {
  return Math.max(width, height) <= limits.maxOutputSide && width * height <= limits.maxPixels;
}

/**
 * The largest scale allowed, cut to four digits: the number we name is one we accept.
 * @param dpr multiplies the scale
 */
export function largestScale(size: Size, limits: OutputLimits, dpr = 1): number {
  const bySide = limits.maxOutputSide / Math.max(size.width, size.height);
  const byPixels = Math.sqrt(limits.maxPixels / (size.width * size.height));
  const most = Math.min(bySide, byPixels) / dpr;
  // Powers of ten as divisors: 0.0001 is not exact, and 8192 * 0.0001 would show its digits.
  const digits = 3 - Math.floor(Math.log10(most));
  const scaleOf = (steps: number) => Number(`${steps}e${-digits}`);
  let steps = Math.floor(Number(`${most}e${digits}`));
  // Rounding both sides up can exceed the pixels by a row.
  while (steps > 1 && !isWithin(stretched(size, scaleOf(steps) * dpr), limits)) steps -= 1;
  return scaleOf(steps);
}
