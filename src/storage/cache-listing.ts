import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { blocksOf } from './cache-entry-file.js';
import { unlessMissing } from './cache-files.js';
import type { CacheSegment, ListedCacheEntry } from './cache-storage.js';

/** What an entry's file is called. */
export const CACHE_FILE = /^([0-9a-f]{64})\.(kept|probation)$/;

const STATS_AT_ONCE = 64;

/** The entries in a folder; what else lies there is not ours. */
export async function* entriesIn(folder: string): AsyncGenerator<ListedCacheEntry> {
  const files = (await readdir(folder).catch(unlessMissing)) ?? [];
  for (let from = 0; from < files.length; from += STATS_AT_ONCE) {
    const some = files.slice(from, from + STATS_AT_ONCE).map(async (file) => {
      const [, name, segment] = CACHE_FILE.exec(file) ?? [];
      const found = name && (await stat(join(folder, file)).catch(unlessMissing));
      if (!found) return [];
      const occupied = blocksOf(found.size);
      return [{ name, segment: segment as CacheSegment, occupied, usedAt: found.atime }];
    });
    yield* (await Promise.all(some)).flat();
  }
}
