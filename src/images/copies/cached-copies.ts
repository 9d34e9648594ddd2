import { Injectable } from '@nestjs/common';
import { renditionName } from '../cache/rendition-name.js';
import { RenditionCache } from '../rendition-cache.js';
import { CopyStore } from './copy-store.js';

/** Keeps copies where renditions are, within the same budget. */
@Injectable()
export class CachedCopies extends CopyStore {
  constructor(private readonly cache: RenditionCache) {
    super();
  }

  nameOf(owner: string, what: string): string {
    return renditionName(owner, what);
  }

  withLocalFile<T>(name: string, use: (path: string) => Promise<T>): Promise<T | undefined> {
    return this.cache.withLocalFile(name, use);
  }

  put(name: string, owner: string, made: { mediaType: string; data: Buffer }): Promise<boolean> {
    return this.cache.put(name, owner, made);
  }

  putFile(name: string, owner: string, path: string, mediaType: string): Promise<boolean> {
    return this.cache.putFile(name, owner, path, mediaType);
  }

  override inTurn<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.cache.turn.during(name, signal, work);
  }

  scratchPath(): Promise<string> {
    return this.cache.scratchPath();
  }

  discardScratch(path: string): Promise<void> {
    return this.cache.discardScratch(path);
  }
}
