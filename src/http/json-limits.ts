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
 * @param longestList that the route takes beside points and annotations
 */
export function jsonLimits(
  environment: Environment,
  maxBytes: number,
  longestList = 0,
): JsonLimits {
  const { maxJsonDepth: maxDepth, maxPolygonPoints, maxAnnotations } = environment;
  const longest = Math.max(maxPolygonPoints, maxAnnotations, longestList);
  return { maxBytes, maxDepth, maxItems: 2 * longest };
}
