import type { Point } from '../polygon.js';

/** What was done to an outline, so that it is a possible one. */
export const REPAIR_ACTIONS = [
  'clamped',
  'removed-duplicate',
  'removed-spike',
  'untangled',
  'parted',
] as const;
export type RepairAction = (typeof REPAIR_ACTIONS)[number];

/** One thing that was done to a ring, at one of the points that were sent. */
export interface RingRepair {
  readonly sent: number;
  readonly action: RepairAction;
  readonly detail: string;
}

/** A corner of a ring under repair. */
export interface Corner {
  readonly point: Point;
  /** The number of the point that was sent which it is, or stands for. */
  readonly sent: number;
}

/**
 * A stretch of a ring that is replaced. Positions are the number of a corner plus how far it is along the edge from
 * there; what begins behind the end goes round by the first corner.
 */
export interface Splice {
  readonly from: number;
  readonly to: number;
  /** Instead of all corners in between. */
  readonly insert: readonly Corner[];
}

/** Splices of one ring that have nothing in common, collected one after the other. */
export class Splices {
  private readonly list: Splice[] = [];
  /** Begins and ends of the stretches that are taken, by turns. */
  private readonly taken: number[] = [];

  constructor(private readonly count: number) {}

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  /** Whether a stretch has nothing in common with those that are replaced. */
  isFree({ from, to }: Pick<Splice, 'from' | 'to'>): boolean {
    if (to < from) return this.isFree({ from, to: this.count }) && this.isFree({ from: 0, to });
    for (let place = 0; place < this.taken.length; place += 2)
      if (to >= (this.taken[place] ?? 0) && from <= (this.taken[place + 1] ?? 0)) return false;
    return true;
  }

  /** @returns whether all of them were free, and are taken now; none if not */
  add(...splices: readonly Splice[]): boolean {
    if (!splices.every((splice) => this.isFree(splice))) return false;
    for (const { from, to } of splices)
      if (to < from) this.taken.push(from, this.count, 0, to);
      else this.taken.push(from, to);
    this.list.push(...splices);
    return true;
  }

  /** The ring with everything replaced. */
  appliedTo(ring: readonly Corner[]): Corner[] {
    const splices = [...this.list].sort((a, b) => a.from - b.from);
    const around = splices.find(({ from, to }) => to < from);
    const result: Corner[] = [];
    let position = around ? around.to : -1;
    const keepUpTo = (end: number) => {
      for (let k = Math.floor(position) + 1; k <= end && k < ring.length; k += 1)
        add(result, ring[k]);
    };
    // A corner right where a splice ends is behind it, and stays.
    if (around && Number.isInteger(position)) position -= 1;
    for (const { from, to, insert } of splices) {
      keepUpTo(from);
      for (const corner of insert) add(result, corner);
      position = Number.isInteger(to) ? to - 1 : to;
      if (to < from) return withoutClosing(result);
    }
    keepUpTo(ring.length - 1);
    return withoutClosing(result);
  }
}

/** The corners of a ring between two positions, in the order of drawing. */
export function cornersBetween(ring: readonly Corner[], from: number, to: number): Corner[] {
  const end = to < from ? to + ring.length : to;
  const between: Corner[] = [];
  for (let k = Math.floor(from) + 1; k < end; k += 1) {
    const corner = ring[k % ring.length];
    if (corner) between.push(corner);
  }
  return between;
}

export function isSamePlace(one: Point | undefined, other: Point | undefined): boolean {
  return one !== undefined && one[0] === other?.[0] && one[1] === other[1];
}

// A crossing may lie exactly in a corner.
function add(ring: Corner[], corner: Corner | undefined): void {
  if (corner && !isSamePlace(ring.at(-1)?.point, corner.point)) ring.push(corner);
}

function withoutClosing(ring: Corner[]): Corner[] {
  while (ring.length > 1 && isSamePlace(ring[0]?.point, ring.at(-1)?.point)) ring.pop();
  return ring;
}
