import type { Position } from '../database/page.js';
import { InvalidRequest } from '../errors/invalid-request.js';

/** A position in a list as opaque, URL-safe text. */
export function encodeCursor(sort: string, position: Position): string {
  return Buffer.from(JSON.stringify([sort, ...position]), 'utf8').toString('base64url');
}

/**
 * @param accepts whether the values can be a position of this order: a cursor comes back from the client
 * @throws InvalidRequest when the text is not a cursor of this order
 */
export function decodeCursor(
  cursor: string,
  sort: string,
  accepts: (position: Position) => boolean,
): Position {
  const value = parse(cursor);
  if (Array.isArray(value) && value[0] === sort) {
    const position = value.slice(1) as unknown[];
    if (position.every(isPositionValue) && accepts(position)) return position;
  }
  throw new InvalidRequest([
    { parameter: 'cursor', detail: 'must be the cursor of a page of this list in the same order' },
  ]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isPositionValue(value: unknown): value is string | number {
  return (
    typeof value === 'number' ||
    (typeof value === 'string' && value.isWellFormed() && !value.includes('\0'))
  );
}
