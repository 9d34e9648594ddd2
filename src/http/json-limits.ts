import type { Environment } from '../config/environment.js';

/** What a JSON text may be, whatever it says. */
export interface JsonLimits {
  /** After decompression. */
  maxBytes: number;
  /** Levels of lists and objects inside each other. */
  maxDepth: number;
  /** Items of a list, fields of an object. */
  maxItems: number;
}

/**
 * The limits of a JSON text of at most `maxBytes`. A list may be twice as long as the longest that is taken, so
 * that one which is a little too long is refused by name.
 */
export function jsonLimits(environment: Environment, maxBytes: number): JsonLimits {
  const { maxJsonDepth: maxDepth, maxPolygonPoints, maxAnnotations } = environment;
  return { maxBytes, maxDepth, maxItems: 2 * Math.max(maxPolygonPoints, maxAnnotations) };
}
