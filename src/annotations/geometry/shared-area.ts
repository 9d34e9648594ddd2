import { setImmediate } from 'node:timers/promises';
import { numberAt } from './number-at.js';

/** The outline of an area: its edges, none of them upright, in the order in which they begin from the left. */
export interface Edges {
  readonly count: number;
  /** Ascending. */
  readonly lefts: Float64Array;
  readonly rights: Float64Array;
  /** Heights at the left end, none below 0, and how they grow to the right. */
  readonly heights: Float64Array;
  readonly slopes: Float64Array;
  /** 1 for an edge that is drawn to the right, -1 for one that is drawn to the left. */
  readonly signs: Float64Array;
}

/** Pairs of edges between two moments at which other requests have their turn: a few milliseconds. */
const PAIRS_AT_ONCE = 250_000;

/**
 * The area that lies in both of two outlines; negative if they are drawn in opposite directions.
 *
 * Below each edge, down to the height 0, lies a trapezium; the area of an outline is the sum of those of its
 * edges, counted by their signs. So the shared area is the sum, over all pairs of edges, of what their two trapezia
 * share, which is the integral of the lower of both edges. Nothing is cut: two combs across each other meet in
 * 25,000,000 places, which a clipping algorithm would have to keep, and which here cost time only. Of that at most
 * 10^8 pairs are looked at, only those that lie above one another, and not all without a break.
 */
export async function sharedArea(one: Edges, other: Edges): Promise<number> {
  const [ofOne, ofOther] = [new OpenEdges(one), new OpenEdges(other)];
  let [sum, pairs] = [0, 0];
  let [i, j] = [0, 0];
  while (i < one.count || j < other.count) {
    // Each edge is paired with those of the other outline that began before it and have not ended.
    const isOfOne =
      j >= other.count || (i < one.count && numberAt(one.lefts, i) <= numberAt(other.lefts, j));
    if (isOfOne) {
      pairs += ofOther.size + 1;
      sum += ofOther.sharedWith(one, i);
      ofOne.begin(i);
      i += 1;
    } else {
      pairs += ofOne.size + 1;
      sum += ofOne.sharedWith(other, j);
      ofOther.begin(j);
      j += 1;
    }
    if (pairs < PAIRS_AT_ONCE) continue;
    pairs = 0;
    await setImmediate();
  }
  return sum;
}

/** The edges of an outline that have begun and, as far as was noticed, not ended. */
class OpenEdges {
  size = 0;
  private readonly edges: Int32Array;

  constructor(private readonly outline: Edges) {
    this.edges = new Int32Array(outline.count);
  }

  begin(edge: number): void {
    this.edges[this.size] = edge;
    this.size += 1;
  }

  /** What an edge of the other outline, which begins now, shares with all of these, by their signs. */
  sharedWith(outline: Edges, edge: number): number {
    const { lefts, rights, heights, slopes, signs } = this.outline;
    const { edges, size } = this;
    const left = numberAt(outline.lefts, edge);
    const end = numberAt(outline.rights, edge);
    const height = numberAt(outline.heights, edge);
    const slope = numberAt(outline.slopes, edge);
    let [sum, kept] = [0, 0];
    for (let place = 0; place < size; place += 1) {
      const open = numberAt(edges, place);
      const openEnd = numberAt(rights, open);
      if (openEnd <= left) continue;
      edges[kept] = open;
      kept += 1;
      const openSlope = numberAt(slopes, open);
      const openHeight = numberAt(heights, open) + openSlope * (left - numberAt(lefts, open));
      const width = (openEnd < end ? openEnd : end) - left;
      sum += numberAt(signs, open) * belowBoth(width, height, slope, openHeight, openSlope);
    }
    this.size = kept;
    return sum * numberAt(outline.signs, edge);
  }
}

/** The area below both of two lines, from a place where they have these heights and over this width. */
function belowBoth(
  width: number,
  height: number,
  slope: number,
  otherHeight: number,
  otherSlope: number,
): number {
  const gap = height - otherHeight;
  const endGap = gap + (slope - otherSlope) * width;
  if (gap <= 0 && endGap <= 0) return width * (height + (slope * width) / 2);
  if (gap >= 0 && endGap >= 0) return width * (otherHeight + (otherSlope * width) / 2);
  // They cross: the lower one is another one from there on.
  const before = (width * gap) / (gap - endGap);
  const behind = width - before;
  const [first, firstSlope, second] =
    gap < 0 ? [height, slope, otherSlope] : [otherHeight, otherSlope, slope];
  const crossing = first + firstSlope * before;
  return before * (first + (firstSlope * before) / 2) + behind * (crossing + (second * behind) / 2);
}
