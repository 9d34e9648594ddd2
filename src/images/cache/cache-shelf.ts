import { createHash } from 'node:crypto';
import {
  type CacheEntry,
  type CacheSegment,
  type CacheStorage,
  CorruptCacheEntry,
  type ListedCacheEntry,
  type OpenedCacheEntry,
  type WrittenCacheEntry,
} from '../../storage/cache-storage.js';
import { SegmentedLru, type Shelved } from './segmented-lru.js';
import { ownerPrefix } from './rendition-name.js';

/** An entry that was found and is what was written. */
export interface LoadedEntry extends CacheEntry {
  /** If it is short enough. */
  body: Buffer | undefined;
}

/** Whether an entry was kept; `forgotten`: whose it is was forgotten meanwhile. */
export type Keeping = 'kept' | 'no room' | 'forgotten';

const TOUCHED_EVERY_MS = 60_000;
const LARGEST_SHARE = 1 / 20;
/** Below this size entries are bounded by their number, which bounds the memory for the index. */
const TYPICAL_BYTES = 16 * 1024;
const [FEWEST_ENTRIES, MOST_ENTRIES] = [1_000, 500_000];

/**
 * The entries on the disk and their bound. Room is made before anything is written, one after another, so
 * that the bound holds at every moment. What goes wrong with the disk costs an entry, never a request.
 */
export class CacheShelf {
  readonly index: SegmentedLru;
  evicted = 0;
  corrupt = 0;
  /** Written since the last scan, in bytes. */
  written = 0;
  private readonly loads = new Map<string, Promise<LoadedEntry | undefined>>();
  private turn: Promise<unknown> = Promise.resolve();
  private scanned: Promise<void> = Promise.resolve();
  private isKnown = false;
  /** Names that went while a scan is on, which may have seen their files. */
  private departed: Set<string> | undefined;

  /**
   * @param troubled told what goes wrong with the disk
   * @param track told of work that nobody waits for
   */
  constructor(
    private readonly storage: CacheStorage,
    private readonly budget: number,
    private readonly troubled: (error: unknown) => void,
    private readonly track: (work: Promise<void>) => void,
  ) {
    const entries = Math.floor(budget / TYPICAL_BYTES);
    this.index = new SegmentedLru({
      bytes: budget,
      entries: Math.min(MOST_ENTRIES, Math.max(FEWEST_ENTRIES, entries)),
    });
  }

  /**
   * Finds an entry, compares it with its hash unless that was done before, and notes its use. One that is
   * not what was written is removed.
   * @param wholeBytes up to this length it is read whole
   */
  load(name: string, wholeBytes: number): Promise<LoadedEntry | undefined> {
    if (this.budget === 0) return Promise.resolve(undefined);
    const loading = this.loads.get(name);
    if (loading) return loading;
    const load = this.loadAlone(name, wholeBytes)
      .catch((error: unknown) => this.failed(name, error))
      .finally(() => this.loads.delete(name));
    this.loads.set(name, load);
    return load;
  }

  /** Writes an entry, if there is room or can be made. */
  put(name: string, segment: CacheSegment, entry: WrittenCacheEntry): Promise<Keeping> {
    return this.keep(name, segment, entry.body.length, () =>
      this.storage.write(name, segment, entry),
    );
  }

  /** Takes over a local file, which is gone in any case. */
  async adopt(name: string, path: string, bytes: number, mediaType: string): Promise<Keeping> {
    const keeping = await this.keep(name, 'kept', bytes, () =>
      this.storage.adopt(name, 'kept', path, mediaType),
    );
    if (keeping === 'no room') await this.storage.discard(path);
    return keeping;
  }

  /** @returns undefined if there is no such entry */
  async withLocalFile<T>(
    name: string,
    use: (path: string) => Promise<T>,
  ): Promise<{ result: T } | undefined> {
    const shelved = (await this.load(name, 0)) && this.index.find(name);
    if (!shelved) return undefined;
    shelved.lent += 1;
    try {
      await shelved.moving;
      return { result: await this.storage.withLocalFile(name, use) };
    } finally {
      shelved.lent -= 1;
    }
  }

  /** Notes that an entry is used: for the second time, and it is kept. */
  used(name: string): void {
    const shelved = this.index.use(name);
    if (!shelved) return;
    if (shelved.segment === 'probation') this.promote(name, shelved);
    const now = Date.now();
    if (now - shelved.touchedAt < TOUCHED_EVERY_MS) return;
    shelved.touchedAt = now;
    const noted = Promise.resolve(shelved.moving)
      .then(() => this.storage.touch(name, shelved.segment))
      .catch(this.troubled);
    this.track(noted);
  }

  /** Removes all entries of an owner. */
  async forget(owner: string): Promise<void> {
    const prefix = ownerPrefix(owner);
    const names = await this.storage.forget(prefix).catch((error: unknown) => {
      this.troubled(error);
      return this.index.names().filter((name) => name.startsWith(prefix));
    });
    for (const name of names) this.drop(name);
  }

  /** Compares the index with the disk, where other processes come and go. */
  scan(): Promise<void> {
    this.scanned = this.scanned.then(() => this.scanOnce()).catch(this.troubled);
    return this.scanned;
  }

  private async loadAlone(name: string, wholeBytes: number): Promise<LoadedEntry | undefined> {
    const opened = await this.storage.open(name);
    if (!opened) {
      this.drop(name);
      return undefined;
    }
    try {
      const { mediaType, bytes, sha256, version } = opened;
      const shelved = this.index.find(name) ?? this.index.add(name, shelvedAs(opened));
      const body = bytes <= wholeBytes ? await wholeOf(opened) : undefined;
      if (!body && shelved.verified !== version) await compare(opened);
      shelved.verified = version;
      this.used(name);
      return { mediaType, bytes, sha256, body };
    } finally {
      await opened.close();
    }
  }

  private async failed(name: string, error: unknown): Promise<undefined> {
    this.troubled(error);
    if (!(error instanceof CorruptCacheEntry)) return;
    this.corrupt += 1;
    await this.storage.remove(name).then(() => this.drop(name), this.troubled);
  }

  private async keep(
    name: string,
    segment: CacheSegment,
    bytes: number,
    write: () => Promise<string | undefined>,
  ): Promise<Keeping> {
    const occupied = this.storage.occupiedBy(bytes);
    try {
      const giveBack = await this.roomFor(segment, occupied);
      if (!giveBack) return 'no room';
      try {
        const verified = await write();
        if (verified === undefined) return 'forgotten';
        const now = Date.now();
        this.departed?.delete(name);
        this.index.add(name, {
          ...{ segment, occupied, verified, lent: 0 },
          ...{ addedAt: now, usedAt: now, touchedAt: now },
        });
        this.written += occupied;
        return 'kept';
      } finally {
        giveBack();
      }
    } catch (error) {
      this.troubled(error);
      return 'no room';
    }
  }

  /** @returns how the room is given back, or undefined if none can be made */
  private async roomFor(segment: CacheSegment, bytes: number): Promise<(() => void) | undefined> {
    if (bytes > this.budget * LARGEST_SHARE) return undefined;
    // What lies there already must be known first.
    if (!this.isKnown) await this.scanned;
    if (!this.isKnown) return undefined;
    return this.inTurn(async () =>
      (await this.evictFor(segment, bytes, 1)) ? this.index.reserve(segment, bytes) : undefined,
    );
  }

  private async evictFor(segment: CacheSegment, bytes: number, count: number): Promise<boolean> {
    while (!this.index.hasRoomFor(bytes, count)) {
      const name = this.index.victim(segment, bytes);
      if (name === undefined) return false;
      const shelved = this.drop(name);
      // Its bytes count until they are gone.
      const giveBack = this.index.reserve('kept', shelved?.occupied ?? 0);
      try {
        await this.storage.remove(name);
        this.evicted += 1;
      } catch (error) {
        if (shelved) this.index.add(name, shelved);
        throw error;
      } finally {
        giveBack();
      }
    }
    return true;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private promote(name: string, shelved: Shelved): void {
    // A lent file has its path until it is given back.
    if (shelved.lent > 0) return;
    this.index.promote(name, shelved);
    shelved.moving = this.storage.promote(name).catch(this.troubled);
    this.track(shelved.moving);
  }

  private drop(name: string): Shelved | undefined {
    this.departed?.add(name);
    return this.index.remove(name);
  }

  private async scanOnce(): Promise<void> {
    const began = Date.now();
    const departed = (this.departed = new Set());
    this.written = 0;
    await this.storage.tidy();
    const seen = new Set<string>();
    const found: ListedCacheEntry[] = [];
    for await (const listed of this.storage.list()) {
      seen.add(listed.name);
      const shelved = this.index.find(listed.name);
      if (!shelved) found.push(listed);
      // Another process has used it.
      else if (listed.usedAt.getTime() > shelved.usedAt + 1_000) this.index.use(listed.name);
    }
    const early = this.isKnown ? [] : this.index.names();
    found.sort((one, other) => one.usedAt.getTime() - other.usedAt.getTime());
    for (const listed of found)
      if (!departed.has(listed.name) && !this.index.find(listed.name))
        this.index.add(listed.name, shelvedAs(listed));
    for (const name of early) this.index.use(name);
    for (const name of this.index.names())
      if (!seen.has(name) && (this.index.find(name)?.addedAt ?? began) < began) this.drop(name);
    this.departed = undefined;
    await this.inTurn(() => this.evictFor('kept', 0, 0));
    this.isKnown = true;
  }
}

function shelvedAs({
  segment,
  occupied,
  usedAt,
}: Pick<ListedCacheEntry, 'segment' | 'occupied' | 'usedAt'>): Shelved {
  const touchedAt = usedAt.getTime();
  return { segment, occupied, addedAt: Date.now(), usedAt: touchedAt, touchedAt, lent: 0 };
}

/** @throws CorruptCacheEntry */
async function wholeOf(opened: OpenedCacheEntry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of opened.pieces()) pieces.push(piece);
  const [first] = pieces;
  const body = pieces.length === 1 && first ? first : Buffer.concat(pieces, opened.bytes);
  if (createHash('sha256').update(body).digest('hex') !== opened.sha256)
    throw new CorruptCacheEntry('its hash is another');
  return body;
}

/** In constant memory. @throws CorruptCacheEntry */
async function compare(opened: OpenedCacheEntry): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of opened.pieces(undefined, true)) hash.update(piece);
  if (hash.digest('hex') !== opened.sha256) throw new CorruptCacheEntry('its hash is another');
}
