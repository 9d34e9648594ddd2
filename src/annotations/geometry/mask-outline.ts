import type { ColumnSpans } from './column-spans.js';

const { min } = Math;

/** Closed rings, one after the other. */
export interface PackedRings {
  /** x, y, x, y, … of corners, in pixels. */
  readonly corners: Int32Array;
  /** How many numbers of `corners` there are up to the end of each ring. */
  readonly ends: Int32Array;
}

const NONE = -1;

/**
 * The outline of a mask: rings along the edges of its pixels, with corners only where they turn. Filled by the
 * even-odd rule they give the mask back. On the screen outer rings run clockwise and holes the other way, so that
 * the nonzero rule does it too. Pixels that only touch at a corner are not connected: no ring crosses itself.
 *
 * Linear in the spans. Columns are swept from left to right: an edge of a span that is not one of the column before
 * starts a horizontal line, one that is not one of the next column ends it; in between, at each x, such ends lie
 * above each other, and by pairs vertical lines join them.
 * @param most corners; with more there is no answer, found out before they are all looked at
 */
export function outlineOfSpans(spans: ColumnSpans, most = Infinity): PackedRings | undefined {
  const corners = new CornerSweep(min(most, 2 * spans.edges.length));
  return corners.sweep(spans) ? corners.rings(spans.unit) : undefined;
}

/** Corners from left to right and from top to bottom: a vertical line joins each even one with the next. */
class CornerSweep {
  private count = 0;
  private readonly xs: Int32Array;
  private readonly ys: Int32Array;
  /** The other end of the horizontal line of a corner. */
  private readonly across: Int32Array;
  /** Of a vertical line's upper corner: whether the mask lies to the right of it. */
  private readonly isLeftEdge: Uint8Array;

  constructor(private readonly capacity: number) {
    this.xs = new Int32Array(capacity);
    this.ys = new Int32Array(capacity);
    this.across = new Int32Array(capacity).fill(NONE);
    this.isLeftEdge = new Uint8Array(capacity);
  }

  /** Finds the corners; false if there are more than there is room for. */
  sweep({ firstColumn, offsets, edges }: ColumnSpans): boolean {
    /** For each edge of a span: the corner where its horizontal line started. */
    const starts = new Int32Array(edges.length);
    const columns = offsets.length - 1;
    for (let column = 0; column <= columns; column += 1) {
      const x = firstColumn + column;
      // Of the column before and of this one; beyond the last there is nothing.
      const begin = offsets[column] ?? 0;
      let old = offsets[column === 0 ? 0 : column - 1] ?? 0;
      let now = begin;
      const end = column === columns ? begin : (offsets[column + 1] ?? 0);
      const oldBegin = old;
      while (old < begin || now < end) {
        const oldY = old < begin ? (edges[old] ?? 0) : Infinity;
        const nowY = now < end ? (edges[now] ?? 0) : Infinity;
        if (oldY < nowY) {
          if (!this.close(x, oldY, starts[old] ?? 0, (old - oldBegin) % 2 === 1)) return false;
          old += 1;
        } else if (nowY < oldY) {
          starts[now] = this.count;
          if (!this.add(x, nowY, (now - begin) % 2 === 0)) return false;
          now += 1;
        } else {
          const oldEnds = (old - oldBegin) % 2 === 1;
          const nowEnds = (now - begin) % 2 === 1;
          if (oldEnds === nowEnds) starts[now] = starts[old] ?? 0;
          else if (!this.part(x, oldY, starts, old, now, oldEnds)) return false;
          old += 1;
          now += 1;
        }
      }
    }
    return true;
  }

  /** Two pixels that touch at a corner: what lies above is finished before what lies below is begun. */
  private part(
    x: number,
    y: number,
    starts: Int32Array,
    old: number,
    now: number,
    oldEnds: boolean,
  ): boolean {
    if (oldEnds) {
      if (!this.close(x, y, starts[old] ?? 0, true)) return false;
      starts[now] = this.count;
      return this.add(x, y, true);
    }
    starts[now] = this.count;
    return this.add(x, y, false) && this.close(x, y, starts[old] ?? 0, false);
  }

  private close(x: number, y: number, start: number, isLeftEdge: boolean): boolean {
    const corner = this.count;
    if (!this.add(x, y, isLeftEdge)) return false;
    this.across[corner] = start;
    this.across[start] = corner;
    return true;
  }

  private add(x: number, y: number, isLeftEdge: boolean): boolean {
    if (this.count >= this.capacity) return false;
    this.xs[this.count] = x;
    this.ys[this.count] = y;
    this.isLeftEdge[this.count] = isLeftEdge ? 1 : 0;
    this.count += 1;
    return true;
  }

  rings(unit: number): PackedRings {
    const { count, xs, ys, across, isLeftEdge } = this;
    const corners = new Int32Array(2 * count);
    const ends: number[] = [];
    const isDone = new Uint8Array(count);
    let length = 0;
    for (let first = 0; first < count; first += 2) {
      if (isDone[first]) continue;
      let corner = first;
      // With the mask to the right: up along its left edges.
      let isHorizontal = isLeftEdge[first] === 1;
      do {
        isDone[corner] = 1;
        corners[length] = (xs[corner] ?? 0) * unit;
        corners[length + 1] = (ys[corner] ?? 0) * unit;
        length += 2;
        corner = isHorizontal ? (across[corner] ?? 0) : corner ^ 1;
        isHorizontal = !isHorizontal;
      } while (corner !== first);
      ends.push(length);
    }
    return { corners, ends: Int32Array.from(ends) };
  }
}
