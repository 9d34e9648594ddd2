import type { Mask } from './geometry.js';
import { runsOf } from './run-lengths.js';

/**
 * The pixels that are in both of two masks by those that are in any, exactly; null if they are not of the same size.
 * @param one with at least one pixel; so is the other
 */
export function maskIntersectionOverUnion(one: Mask, other: Mask): number | null {
  if (one.size[0] !== other.size[0] || one.size[1] !== other.size[1]) return null;
  const [ofOne, ofOther] = [runsOf(one), runsOf(other)];
  const shared = sharedPixels(ofOne, ofOther);
  return shared / (pixelsIn(ofOne) + pixelsIn(ofOther) - shared);
}

function pixelsIn(runs: readonly number[]): number {
  return runs.reduce((sum, length, place) => sum + (place % 2 === 1 ? length : 0), 0);
}

function sharedPixels(one: readonly number[], other: readonly number[]): number {
  let [i, j, shared] = [0, 0, 0];
  let [left, otherLeft] = [one[0] ?? 0, other[0] ?? 0];
  while (i < one.length && j < other.length) {
    const step = Math.min(left, otherLeft);
    if (i % 2 === 1 && j % 2 === 1) shared += step;
    left -= step;
    otherLeft -= step;
    if (left === 0) left = one[(i += 1)] ?? 0;
    if (otherLeft === 0) otherLeft = other[(j += 1)] ?? 0;
  }
  return shared;
}
