import type { CacheSegment } from '../../storage/cache-storage.js';

/** What is known of an entry on the disk without looking there. */
export interface Shelved {
  segment: CacheSegment;
  occupied: number;
  /** When it came into the index, in milliseconds. */
  addedAt: number;
  /** When it was last used, by this process or as the disk told, in milliseconds. */
  usedAt: number;
  /** When its use was last noted on the disk, in milliseconds. */
  touchedAt: number;
  /** The version of the file whose bytes were compared with their hash. */
  verified?: string | undefined;
  /** How many work with its file: it stays where it is. */
  lent: number;
  /** Its file is being moved. */
  moving?: Promise<void>;
}

export interface LruLimits {
  bytes: number;
  entries: number;
}

/** Of the bytes, and of the number, for entries on probation when there is no room left. */
const PROBATION_SHARE = 0.2;

/**
 * A segmented LRU (Karedla, Love and Wherry, 1994: Caching strategies to improve disk system performance):
 * an entry is on probation until it is used again. While there is room anybody takes it; then probation
 * keeps a fifth, so that whoever asks for everything once pushes out only what was asked for once.
 */
export class SegmentedLru {
  // Each in the order of use, the eldest first.
  private readonly segments = {
    probation: new Map<string, Shelved>(),
    kept: new Map<string, Shelved>(),
  };
  private readonly bytesOf = { probation: 0, kept: 0 };
  private readonly reservedOf = { probation: 0, kept: 0 };
  private reservations = 0;

  constructor(private readonly limits: LruLimits) {}

  get entries(): number {
    return this.segments.probation.size + this.segments.kept.size;
  }

  /** What they take of the disk. */
  get bytes(): number {
    return this.bytesOf.probation + this.bytesOf.kept;
  }

  find(name: string): Shelved | undefined {
    return this.segments.kept.get(name) ?? this.segments.probation.get(name);
  }

  names(): string[] {
    return [...this.segments.probation.keys(), ...this.segments.kept.keys()];
  }

  /** Adds an entry as the one used last, in the place of an older one. */
  add(name: string, shelved: Shelved): Shelved {
    this.remove(name);
    this.segments[shelved.segment].set(name, shelved);
    this.bytesOf[shelved.segment] += shelved.occupied;
    return shelved;
  }

  /** Makes an entry the one used last. */
  use(name: string): Shelved | undefined {
    const shelved = this.find(name);
    if (!shelved) return undefined;
    const segment = this.segments[shelved.segment];
    segment.delete(name);
    segment.set(name, shelved);
    shelved.usedAt = Date.now();
    return shelved;
  }

  promote(name: string, shelved: Shelved): void {
    this.remove(name);
    shelved.segment = 'kept';
    this.add(name, shelved);
  }

  remove(name: string): Shelved | undefined {
    const shelved = this.find(name);
    if (!shelved) return undefined;
    this.segments[shelved.segment].delete(name);
    this.bytesOf[shelved.segment] -= shelved.occupied;
    return shelved;
  }

  /** Whether so much more fits; of `count` entries, none if there is only to be looked whether all fit. */
  hasRoomFor(occupied: number, count: number): boolean {
    return (
      this.bytes + this.reservedOf.probation + this.reservedOf.kept + occupied <=
        this.limits.bytes && this.entries + this.reservations + count <= this.limits.entries
    );
  }

  /** Holds room until it is given back. */
  reserve(segment: CacheSegment, occupied: number): () => void {
    this.reservedOf[segment] += occupied;
    this.reservations += 1;
    return () => {
      this.reservedOf[segment] -= occupied;
      this.reservations -= 1;
    };
  }

  /**
   * The entry that has to go first for one of `occupied` bytes in a segment; none if others are being
   * written in all the room that it might have.
   */
  victim(segment: CacheSegment, occupied: number): string | undefined {
    const { probation, kept } = this.segments;
    const { bytes, entries } = this.limits;
    const [more, one] = segment === 'probation' ? [occupied, 1] : [0, 0];
    const isOverShare =
      this.bytesOf.probation + this.reservedOf.probation + more > bytes * PROBATION_SHARE ||
      probation.size + one > entries * PROBATION_SHARE;
    if (!isOverShare) return eldestOf(kept) ?? eldestOf(probation);
    const eldest = eldestOf(probation);
    // However many come at once for the first time, those that are kept do not make room for them.
    return segment === 'probation' ? eldest : (eldest ?? eldestOf(kept));
  }
}

function eldestOf(segment: ReadonlyMap<string, Shelved>): string | undefined {
  for (const [name, { lent }] of segment) if (lent === 0) return name;
  return undefined;
}
