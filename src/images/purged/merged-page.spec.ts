import { describe, expect, it } from '@jest/globals';
import type { Page } from '../../database/page.js';
import { isEarlier, mergedPage } from './merged-page.js';

type Item = readonly [time: string, id: string];

/** A page of a list, as a repository gives it. */
function pageOf(items: readonly Item[], after: Item | undefined, limit: number): Page<Item> {
  const left = items.filter((item) => !after || isEarlier(after, item));
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return { items: page, ...(left.length > limit && last ? { next: last } : {}) };
}

/** All pages of two lists together. */
function walk(
  one: readonly Item[],
  other: readonly Item[],
  limit: number,
  early = limit,
): Item[][] {
  const pages: Item[][] = [];
  let after: Item | undefined;
  do {
    const both = [pageOf(one, after, early), pageOf(other, after, limit)] as [
      Page<Item>,
      Page<Item>,
    ];
    const page = mergedPage(both, limit, (item) => item, isEarlier);
    pages.push(page.items);
    after = page.next as Item | undefined;
  } while (after && pages.length < 100);
  return pages;
}

describe('mergedPage', () => {
  const item = (time: number, id: number): Item => [`2026-01-01T00:00:0${time}.000Z`, String(id)];
  const one = [item(1, 9), item(1, 10), item(2, 1), item(5, 2), item(5, 30), item(6, 4)];
  const other = [item(0, 8), item(1, 11), item(5, 3), item(5, 20), item(7, 5)];
  const all = [...one, ...other].sort((a, b) => (isEarlier(a, b) ? -1 : 1));

  it.each([1, 2, 3, 4, 5, 11, 50])('tells each item once and in order, %i a page', (limit) => {
    const pages = walk(one, other, limit);
    expect(pages.flat()).toEqual(all);
    expect(pages).toHaveLength(Math.ceil(all.length / limit));
  });

  it('does not go beyond a page that ended early', () => {
    expect(walk(one, other, 5, 1).flat()).toEqual(all);
  });

  it.each([
    [[], other],
    [one, []],
    [[], []],
  ] as const)('is the other list where one is empty', (a, b) => {
    expect(walk(a, b, 2).flat()).toEqual([...a, ...b]);
  });
});
