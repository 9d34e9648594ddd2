import { isSameContent } from '../annotation.js';
import type { BaseContent, Content } from './change-since.js';

/**
 * What becomes of an annotation that one client wants to be something (undefined: not there) while it changed since
 * that client read it: `current` if the client did not touch it or wants what is there, `wanted` if it is what the
 * client read, and `conflict` if both changed it.
 */
export function merged(
  base: BaseContent,
  current: Content,
  wanted: Content,
): 'current' | 'wanted' | 'conflict' {
  if (isSame(wanted, current)) return 'current';
  if (base.forms.some((form) => isSame(wanted, form))) return 'current';
  if (base.forms.some((form) => isSame(current, form))) return 'wanted';
  return 'conflict';
}

function isSame(a: Content, b: Content): boolean {
  return a === undefined || b === undefined ? a === b : isSameContent(a, b);
}
