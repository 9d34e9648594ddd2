import { Injectable, Optional } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { ChangeFeed } from '../database/changes/change-feed.js';
import { PrimaryLine } from '../workers/primary-line.js';
import type { Image } from './image.entity.js';
import { pictureOf, type StoredPicture } from './stored-picture.js';

/** What is told about the pictures of images in use: see the migration that makes the trigger. */
const CHANNEL = 'loupe_images';
// What objects, digests and names of one length take beside the names that clients choose.
const ENTRY_BYTES = 600;
const MEAN_ENTRY_BYTES = 800;

/** What is needed to answer a request for a picture. Whether the caller may see it is not asked here. */
export interface DirectoryEntry {
  readonly id: string;
  readonly key: string;
  readonly clientId: string;
  readonly picture: StoredPicture;
}

interface Reading {
  readers: number;
  isOutdated: boolean;
}

/**
 * Remembers the pictures of images in use, so that reading one needs no query. A change in this process is
 * forgotten by whoever made it, before it is answered, also by the other workers of this service; one in another
 * service is heard of. While nothing can be heard, nothing is known.
 */
@Injectable()
export class PictureDirectory {
  /** Least recently used first. */
  private readonly entries = new Map<string, DirectoryEntry>();
  /** What is being read of a key, and may be old when it comes. */
  private readonly readings = new Map<string, Reading>();
  private readonly most: number;
  private bytes = 0;

  constructor(
    private readonly feed: ChangeFeed,
    { pictureDirectoryEntries }: Environment,
    @Optional() private readonly line?: PrimaryLine,
  ) {
    this.most = pictureDirectoryEntries;
    if (this.most === 0) return;
    feed.subscribe(CHANNEL, {
      changed: (key) => (key === '' ? this.forgetAll() : this.forget(key)),
      forgetAll: () => this.forgetAll(),
    });
    line?.onNews(CHANNEL, (key) => this.forget(key));
  }

  /** The picture of the image in use with this key, if that is known and certain to hold until a second ago. */
  peek(key: string): DirectoryEntry | undefined {
    const entry = this.entries.get(key);
    if (this.most === 0 || !this.feed.isCurrent || !entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  /**
   * Reads an image, and remembers its picture unless that changes meanwhile.
   * @param read looks for the image with this key in the database
   */
  async learning<I extends Image | null>(key: string, read: () => Promise<I>): Promise<I> {
    // Nobody would tell of a change while it is read.
    if (this.most === 0 || !this.feed.isCurrent) return read();
    const reading = this.readings.get(key) ?? { readers: 0, isOutdated: false };
    this.readings.set(key, reading);
    reading.readers += 1;
    try {
      const image = await read();
      if (image && !reading.isOutdated) this.keep(image);
      return image;
    } finally {
      reading.readers -= 1;
      if (reading.readers === 0 && !reading.isOutdated) this.readings.delete(key);
    }
  }

  /** Forgets a picture after work that changes it, however that ends: what it did may be known only later. */
  async forgettingAfter<T>(key: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      this.forget(key);
      // PostgreSQL tells them too, and perhaps a moment after the answer.
      await this.line?.tell(CHANNEL, key);
    }
  }

  /** The picture of this key, its client, or whether it is in use may have changed. */
  forget(key: string): void {
    this.drop(key);
    const reading = this.readings.get(key);
    if (!reading) return;
    reading.isOutdated = true;
    this.readings.delete(key);
  }

  private forgetAll(): void {
    this.entries.clear();
    this.bytes = 0;
    for (const reading of this.readings.values()) reading.isOutdated = true;
    this.readings.clear();
  }

  private keep(image: Image): void {
    const picture = pictureOf(image);
    if (!picture || image.trashedAt) return;
    const { id, key, clientId } = image;
    this.drop(key);
    const entry = { id, key, clientId, picture };
    this.entries.set(key, entry);
    this.bytes += sizeOf(entry);
    while (this.entries.size > this.most || this.bytes > this.most * MEAN_ENTRY_BYTES) {
      const [oldest] = this.entries.keys();
      if (oldest === undefined) return;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.bytes -= sizeOf(entry);
  }
}

/** Bytes of memory, roughly: two for a character. */
function sizeOf({ key, clientId }: DirectoryEntry): number {
  return ENTRY_BYTES + 2 * (key.length + clientId.length);
}
