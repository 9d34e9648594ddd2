import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { withDeadlineOfItsOwn } from '../database/deadline/database-time.js';
import type { Page, PageRequest } from '../database/page.js';
import type { ImageFilter, ImageSort } from './image.js';
import { ImageListsService, type ListedImage } from './image-lists.service.js';

// The first image is to come soon.
const FIRST_BATCH = 20;
const BATCH = 200;

/** Which images are read one after the other. */
export interface ImageSequence {
  filter: ImageFilter;
  sort: ImageSort;
  withAnnotations: boolean;
  /** `limit`: at most so many; undefined: all. */
  page: Omit<PageRequest, 'limit'> & { limit?: number };
}

/** Reads all images of a list, however many, without holding more than a few. */
@Injectable()
export class ImageStreamService {
  constructor(private readonly lists: ImageListsService) {}

  /**
   * Begins to read a list. What can be refused is refused now.
   * @returns also the length of the whole list, if it was asked for. Batches are pages: between two of them no
   *   connection and no transaction is held, and each shows the images as they are then.
   */
  async begin(
    caller: Caller,
    sequence: ImageSequence,
  ): Promise<{ total?: number; batches: AsyncIterable<ListedImage[]> }> {
    const { page } = sequence;
    const left = page.limit ?? Infinity;
    const first = await this.batch(caller, sequence, {
      ...page,
      limit: Math.min(FIRST_BATCH, left),
    });
    return { total: first.total, batches: this.goOn(caller, sequence, first, left) };
  }

  private async *goOn(
    caller: Caller,
    sequence: ImageSequence,
    first: Page<ListedImage>,
    limit: number,
  ): AsyncGenerator<ListedImage[]> {
    let found = first;
    let left = limit;
    for (;;) {
      yield found.items;
      left -= found.items.length;
      if (!found.next || left <= 0) return;
      const page = { after: found.next, limit: Math.min(BATCH, left) };
      // All of them together may take as long as the client does.
      found = await withDeadlineOfItsOwn(() => this.batch(caller, sequence, page));
    }
  }

  private batch(
    caller: Caller,
    { filter, sort, withAnnotations }: ImageSequence,
    page: PageRequest,
  ): Promise<Page<ListedImage>> {
    return this.lists.list(caller, filter, sort, page, withAnnotations);
  }
}
