import type { Position } from '../database/page.js';

// PostgreSQL's bigint has 19 digits; the largest number of 18 is surely one.
const CHANGE_ID = /^\d{1,18}$/;

/** Whether a cursor is a place in a list of what was done to labels. */
export function isLabelChange([id]: Position): boolean {
  return typeof id === 'string' && CHANGE_ID.test(id);
}
