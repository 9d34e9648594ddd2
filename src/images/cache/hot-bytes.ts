import { LRUCache } from 'lru-cache';

/** A whole made picture in memory. */
export interface HotRendition {
  mediaType: string;
  /** Hexadecimal SHA-256 of the body. */
  sha256: string;
  body: Buffer;
}

const LARGEST_BYTES = 1024 * 1024;
/** What an entry takes beside its body: its name, its hash, its place. */
const OVERHEAD_BYTES = 512;

/** Made pictures in memory, bounded in bytes; what was used least recently goes first. */
export class HotBytes {
  private readonly cache: LRUCache<string, HotRendition> | undefined;
  /** The longest body that is taken; 0 if none is. */
  readonly largest: number;

  /** @param bytes what they may take together; 0: nothing is held */
  constructor(bytes: number) {
    const maxEntrySize = Math.min(LARGEST_BYTES + OVERHEAD_BYTES, bytes);
    this.largest = Math.max(0, maxEntrySize - OVERHEAD_BYTES);
    if (bytes > 0)
      this.cache = new LRUCache({
        maxSize: bytes,
        maxEntrySize,
        sizeCalculation: ({ body }) => body.length + OVERHEAD_BYTES,
      });
  }

  get(name: string): HotRendition | undefined {
    return this.cache?.get(name);
  }

  /** One that is too large is not taken. */
  set(name: string, { mediaType, sha256, body }: HotRendition): void {
    this.cache?.set(name, { mediaType, sha256, body });
  }

  removeAll(prefix: string): void {
    for (const name of this.cache?.keys() ?? [])
      if (name.startsWith(prefix)) this.cache?.delete(name);
  }

  clear(): void {
    this.cache?.clear();
  }

  get stats(): { entries: number; bytes: number } {
    return { entries: this.cache?.size ?? 0, bytes: this.cache?.calculatedSize ?? 0 };
  }
}
