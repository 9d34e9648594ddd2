import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Tinypool } from 'tinypool';
import type { Mask } from './geometry/geometry.js';
import {
  traced,
  type TracedMask,
  tracedPath,
  tracedPaths,
  type TracingLimits,
} from './geometry/mask-tracing.js';
import type { trace, tracePath, tracePaths } from './geometry/mask-tracing-worker.js';

/** So many counts (or characters of them) are traced in less time than another thread takes to be told, about 2 ms. */
const MOST_COUNTS_HERE = 4_000;
/** After so long without work the thread ends, and its memory is free. */
const IDLE_MS = 30_000;

/**
 * Outlines of masks for whoever draws them. Those of large masks, and of many, are made on a thread of their own, one
 * request after the other, so that nobody else has to wait for them.
 */
@Injectable()
export class MaskOutlines implements OnModuleDestroy {
  private pool: Tinypool | undefined;

  /** Outlines within limits, one for each mask: see `traced`. */
  async trace(masks: readonly Mask[], limits: TracingLimits): Promise<TracedMask[]> {
    if (isLittle(masks)) return traced(masks, limits);
    const order: Parameters<typeof trace>[0] = { masks, limits };
    return (await this.elsewhere('trace', order)) as ReturnType<typeof trace>;
  }

  /** The outline of one mask within limits as data of an SVG path: see `tracedPath`. */
  async path(mask: Mask, limits: TracingLimits): Promise<string> {
    if (isLittle([mask])) return tracedPath(mask, limits);
    const order: Parameters<typeof tracePath>[0] = { mask, limits };
    return (await this.elsewhere('tracePath', order)) as ReturnType<typeof tracePath>;
  }

  /** Exact outlines as data of SVG paths, none for those with too many corners: see `tracedPaths`. */
  async paths(
    masks: readonly Mask[],
    most: number,
    mostInAll: number,
  ): Promise<(string | undefined)[]> {
    if (isLittle(masks)) return tracedPaths(masks, most, mostInAll);
    const order: Parameters<typeof tracePaths>[0] = { masks, most, mostInAll };
    return (await this.elsewhere('tracePaths', order)) as ReturnType<typeof tracePaths>;
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool?.destroy();
  }

  private elsewhere(name: string, order: object): Promise<unknown> {
    this.pool ??= new Tinypool({
      filename: new URL('./geometry/mask-tracing-worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
    return this.pool.run(order, { name });
  }
}

function isLittle(masks: readonly Mask[]): boolean {
  // Even of few counts, a mask may have one for each of very many columns.
  const work = masks.reduce((sum, { counts, size: [, width] }) => sum + counts.length + width, 0);
  return work <= MOST_COUNTS_HERE;
}
