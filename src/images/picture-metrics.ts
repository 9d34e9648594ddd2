import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { ImageFileService } from './image-file.service.js';
import { RenditionCache, type RenditionCacheStats } from './rendition-cache.js';

/** How busy the decoders are, and what the cache of renditions saves them. */
@Injectable()
export class PictureMetrics {
  constructor(
    private readonly metrics: Metrics,
    { turns }: ImageFileService,
    private readonly cache: RenditionCache,
  ) {
    metrics.gauge({
      name: 'loupe_decodes_running',
      help: 'Pictures that are being decoded, those of background work included; at most DECODES.',
      read: () => turns.running,
    });
    metrics.gauge({
      name: 'loupe_decodes_waiting',
      help: 'Requests that wait for a decoder; beyond DECODE_QUEUE they are refused.',
      read: () => turns.waiting,
    });
    this.offerCounts();
    this.offerSizes();
  }

  private offerCounts(): void {
    const count = (what: string, help: string, read: (stats: RenditionCacheStats) => number) =>
      this.metrics.total({
        name: `loupe_rendition_cache_${what}_total`,
        help,
        read: () => read(this.cache.stats),
      });
    count('hits', 'Renditions that were there, in memory or on the disk.', ({ hits }) => hits);
    count('misses', 'Renditions that were not there.', ({ misses }) => misses);
    count('made', 'Renditions that were made because somebody asked.', ({ made }) => made);
    count('evictions', 'Renditions that made room for others.', ({ evicted }) => evicted);
    count('corrupt', 'Files that were not what had been written.', ({ corrupt }) => corrupt);
  }

  private offerSizes(): void {
    const size = (what: string, help: string, read: (stats: RenditionCacheStats) => number) =>
      this.metrics.gauge({
        name: `loupe_rendition_cache_${what}`,
        help,
        read: () => read(this.cache.stats),
      });
    // Of the folder that all processes share: not to be added up.
    size('entries', 'Files of the cache, which all processes share.', ({ entries }) => entries);
    size('bytes', 'What they take of the disk.', ({ bytes }) => bytes);
    size('budget_bytes', 'What they may take: RENDITION_CACHE_BYTES.', ({ budget }) => budget);
    size('memory_entries', 'Renditions in memory.', ({ memory }) => memory.entries);
    size('memory_bytes', 'What they take of it.', ({ memory }) => memory.bytes);
  }
}
