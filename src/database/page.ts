/** Where a page of a sorted list begins: behind the row with these sort values. */
export type Position = readonly (string | number)[];

export type CountMode = 'exact' | 'estimated';

/** Which part of a list is asked for. */
export interface PageRequest {
  /** At most so many items, 1 to 500. */
  limit: number;
  after?: Position;
  count?: CountMode;
}

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** Where the next page begins; undefined at the end. */
  next?: Position;
  /** Length of the whole list, when it was asked for. */
  total?: number;
}
