import type { Mask } from './geometry.js';
import {
  traced,
  tracedPath,
  tracedPaths,
  type TracedMask,
  type TracingLimits,
} from './mask-tracing.js';

/** What runs on a thread of its own: outlines within limits. */
export function trace(order: { masks: readonly Mask[]; limits: TracingLimits }): TracedMask[] {
  return traced(order.masks, order.limits);
}

/** One within limits as a path. */
export function tracePath(order: { mask: Mask; limits: TracingLimits }): string {
  return tracedPath(order.mask, order.limits);
}

/** Exact ones as paths. */
export function tracePaths(order: {
  masks: readonly Mask[];
  most: number;
  mostInAll: number;
}): (string | undefined)[] {
  return tracedPaths(order.masks, order.most, order.mostInAll);
}
