import { stat } from 'node:fs/promises';
import {
  Injectable,
  Logger,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environment } from '../config/environment.js';
import { CacheStorage, type CacheSegment } from '../storage/cache-storage.js';
import { PrimaryLine } from '../workers/primary-line.js';
import { CacheShelf, type Keeping, type LoadedEntry } from './cache/cache-shelf.js';
import { asMade, type CachedRendition, inMemory, onDisk } from './cache/cached-rendition.js';
import type { MadeRendition } from './cache/cached-rendition.js';
import { HotBytes, type HotRendition } from './cache/hot-bytes.js';
import { assertNamedFor, ownerPrefix } from './cache/rendition-name.js';
import { SharedWork } from './cache/shared-work.js';
import { WorkersTurn } from './cache/workers-turn.js';

/** Where a rendition came from; `shared`: somebody else was making it already. */
export type RenditionSource = 'memory' | 'disk' | 'made' | 'shared';

export type DeliveredRendition = CachedRendition & { source: RenditionSource };

/** What the cache holds, and what it has done since the process started. */
export interface RenditionCacheStats {
  entries: number;
  /** What they take of the disk, in whole blocks. */
  bytes: number;
  budget: number;
  hits: number;
  misses: number;
  made: number;
  evicted: number;
  corrupt: number;
  memory: { entries: number; bytes: number };
}

interface Flight {
  work: SharedWork<DeliveredRendition>;
  /** As soon as it is made, while it is still being written. */
  made?: CachedRendition;
}

const SMALL_BYTES = 256 * 1024;
/** A disk that cannot keep up gets no more to write: what was made is delivered, and not kept. */
const MOST_PENDING_BYTES = 32 * 1024 * 1024;
const LOOKS_EVERY_MS = 5_000;
const SCANS_EVERY_MS = 300_000;
/** Sooner, when so much of the budget was written: others that share the folder may have done the same. */
const SCANS_AFTER_SHARE = 1 / 20;
const LOGS_EVERY_MS = 60_000;
const FORGOTTEN_REMEMBERED = 10_000;

/**
 * Made pictures, by names that tell everything they depend on (`renditionName`): on the disk within
 * RENDITION_CACHE_BYTES, the hottest in memory within HOT_CACHE_BYTES. A trouble of the disk is never one of a
 * request: then nothing is found, and nothing kept.
 */
@Injectable()
export class RenditionCache implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RenditionCache.name);
  private readonly shelf: CacheShelf;
  private readonly hot: HotBytes;
  private readonly budget: number;
  private readonly flights = new Map<string, Flight>();
  private readonly pending = new Set<Promise<unknown>>();
  private pendingBytes = 0;
  private readonly forgotten = new LRUCache<string, true>({ max: FORGOTTEN_REMEMBERED });
  private readonly counts = { hits: 0, misses: 0, made: 0 };
  private timer: NodeJS.Timeout | undefined;
  private scannedAt = 0;
  private purgedAt: number | undefined;
  private loggedAt = -LOGS_EVERY_MS;
  /** Of the processes of the service, at what is made once for all. */
  readonly turn: WorkersTurn;

  constructor(
    private readonly storage: CacheStorage,
    environment: Environment,
    @Optional() line?: PrimaryLine,
  ) {
    this.budget = environment.renditionCacheBytes;
    // What is not kept cannot be found by the others.
    const shared = this.budget > 0 ? line : undefined;
    this.turn = new WorkersTurn(shared, environment.renditionTimeoutMs);
    this.shelf = new CacheShelf(
      storage,
      this.budget,
      (error) => this.troubled(error),
      (work) => void this.track(work),
    );
    this.hot = new HotBytes(environment.hotCacheBytes);
  }

  /** Starting does not wait for it; what is written does. */
  onModuleInit(): void {
    this.scan();
    void this.track(this.look());
    this.timer = setInterval(() => void this.track(this.look()), LOOKS_EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.idle();
  }

  /** When everything that was begun is on the disk. */
  async idle(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** What is in memory, at once. Counts as a use. */
  peek(name: string): HotRendition | undefined {
    const hot = this.hot.get(name);
    if (!hot) return undefined;
    this.counts.hits += 1;
    this.shelf.used(name);
    return hot;
  }

  /** @returns undefined if it is not there, or was and is not what was written */
  async get(name: string): Promise<CachedRendition | undefined> {
    const hot = this.peek(name);
    if (hot) return inMemory(hot);
    const found = this.flights.get(name)?.made ?? (await this.load(name));
    this.counts[found ? 'hits' : 'misses'] += 1;
    return found;
  }

  /**
   * Finds a rendition or has it made, once for all who ask for it meanwhile. What `make` throws, all of
   * them are told, and the next one tries again.
   * @param owner storage key of the original, as in the name
   * @param make its signal fires when nobody waits any more
   * @param signal of this caller, who is told its reason at once
   */
  async getOrMake(
    name: string,
    owner: string,
    make: (signal: AbortSignal) => Promise<MadeRendition>,
    signal?: AbortSignal,
  ): Promise<DeliveredRendition> {
    assertNamedFor(owner, name);
    signal?.throwIfAborted();
    const hot = this.peek(name);
    if (hot) return { ...inMemory(hot), source: 'memory' };
    const flight = this.flights.get(name);
    if (!flight) return this.begin(name, owner, make).work.join(signal);
    const found = await flight.work.join(signal);
    if (found.source === 'disk') return found;
    this.counts.hits += 1;
    return { ...found, source: 'shared' };
  }

  /**
   * Keeps something that was made beforehand.
   * @returns whether it is kept now
   */
  async put(
    name: string,
    owner: string,
    { mediaType, data }: MadeRendition,
    { segment }: { segment: CacheSegment } = { segment: 'kept' },
  ): Promise<boolean> {
    assertNamedFor(owner, name);
    const { body, sha256 } = asMade({ mediaType, data });
    const keeping = this.shelf.put(name, segment, { mediaType, body, sha256 });
    return (await this.track(keeping)) === 'kept';
  }

  /**
   * The same with a local file, such as one at a `scratchPath`. It is taken over, and gone in any case.
   * @throws the file system's error when it is not there
   */
  async putFile(name: string, owner: string, path: string, mediaType: string): Promise<boolean> {
    assertNamedFor(owner, name);
    const { size } = await stat(path);
    return (await this.track(this.shelf.adopt(name, path, size, mediaType))) === 'kept';
  }

  /** Where a file for `putFile` may be made. @throws StorageUnavailable */
  scratchPath(): Promise<string> {
    return this.storage.scratchPath();
  }

  /** Removes a file at a `scratchPath` that came to nothing. */
  discardScratch(path: string): Promise<void> {
    return this.storage.discard(path);
  }

  /**
   * Runs `use` with the path of a file that begins with the rendition (behind it are bytes that readers of
   * pictures skip), and stays there meanwhile unless its owner is forgotten.
   * @returns what `use` does; undefined, without calling it, if the rendition is not there
   */
  async withLocalFile<T>(name: string, use: (path: string) => Promise<T>): Promise<T | undefined> {
    const used = await this.shelf.withLocalFile(name, use);
    this.counts[used ? 'hits' : 'misses'] += 1;
    return used?.result;
  }

  /** Removes everything that was made from an original, which is gone. Never fails. */
  async forget(owner: string): Promise<void> {
    this.forgotten.set(ownerPrefix(owner), true);
    this.hot.removeAll(ownerPrefix(owner));
    await this.shelf.forget(owner);
  }

  get stats(): RenditionCacheStats {
    const { index, evicted, corrupt } = this.shelf;
    const { entries, bytes } = index;
    const { budget, counts, hot } = this;
    return { entries, bytes, budget, ...counts, evicted, corrupt, memory: hot.stats };
  }

  private begin(
    name: string,
    owner: string,
    make: (signal: AbortSignal) => Promise<MadeRendition>,
  ): Flight {
    const leave = () => {
      if (this.flights.get(name) === flight) this.flights.delete(name);
    };
    const flight: Flight = {
      work: new SharedWork(async (signal) => {
        try {
          const found = await this.load(name);
          if (found) this.counts.hits += 1;
          if (found) return { ...found, source: 'disk' as const };
          this.counts.misses += 1;
          signal.throwIfAborted();
          const endTurn = await this.turn.await(name, signal);
          let kept: Promise<unknown> = Promise.resolve();
          try {
            const others = this.turn.isShared ? await this.load(name) : undefined;
            if (others) return { ...others, source: 'shared' as const };
            const made = asMade(await make(signal));
            this.counts.made += 1;
            flight.made = made;
            // Delivered at once; until it is on the disk it is found here.
            kept = this.track(this.keep(name, owner, made)).finally(leave);
            return { ...made, source: 'made' as const };
          } finally {
            void kept.finally(endTurn);
          }
        } finally {
          if (!flight.made) leave();
        }
      }, leave),
    };
    this.flights.set(name, flight);
    return flight;
  }

  private async load(name: string): Promise<CachedRendition | undefined> {
    const entry = await this.shelf.load(name, Math.max(SMALL_BYTES, this.hot.largest));
    if (!entry) return undefined;
    if (!hasBody(entry)) return onDisk(this.storage, name, entry);
    this.warm(name, entry);
    return inMemory(entry);
  }

  /** Memory is for what was used twice; what was just made gets there only if the disk has not got it. */
  private async keep(name: string, owner: string, made: HotRendition): Promise<void> {
    const { length } = made.body;
    if (this.forgotten.has(ownerPrefix(owner))) return;
    let keeping: Keeping = 'no room';
    if (this.pendingBytes + length <= MOST_PENDING_BYTES) {
      this.pendingBytes += length;
      keeping = await this.shelf.put(name, 'probation', made);
      this.pendingBytes -= length;
    }
    if (keeping === 'no room') this.warm(name, made);
  }

  private warm(name: string, rendition: HotRendition): void {
    if (!this.forgotten.has(name.slice(0, 16))) this.hot.set(name, rendition);
  }

  private scan(): void {
    this.scannedAt = Date.now();
    void this.track(this.shelf.scan());
  }

  private async look(): Promise<void> {
    try {
      const purgedAt = await this.storage.purgedAt();
      const isPurged = this.purgedAt !== undefined && purgedAt > this.purgedAt;
      this.purgedAt = purgedAt;
      if (isPurged) this.hot.clear();
      const isDue =
        this.shelf.written > this.budget * SCANS_AFTER_SHARE ||
        Date.now() - this.scannedAt > SCANS_EVERY_MS;
      if (isPurged || isDue) this.scan();
    } catch (error) {
      this.troubled(error);
    }
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const ended = work.catch(() => undefined).finally(() => this.pending.delete(ended));
    this.pending.add(ended);
    return work;
  }

  private troubled(error: unknown): void {
    const now = performance.now();
    if (now - this.loggedAt < LOGS_EVERY_MS) return;
    this.loggedAt = now;
    this.logger.warn({ err: error }, 'the cache of renditions has trouble with its files');
  }
}

function hasBody(entry: LoadedEntry): entry is LoadedEntry & { body: Buffer } {
  return entry.body !== undefined;
}
