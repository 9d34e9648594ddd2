import { EdgeOrder } from './edge-order.js';
import { numberAt } from './number-at.js';
import type { Meeting, Outline } from './outline.js';

/** Two edges whose interiors meet, by their numbers. */
export interface EdgeMeeting {
  readonly earlier: number;
  readonly later: number;
  readonly meeting: Meeting;
}

/**
 * The first two edges whose interiors meet, in the order of drawing: of all pairs that do, the one
 * whose later edge comes first, and of those the one whose earlier edge does. Undefined if none do.
 * O(n log n), however many edges meet.
 */
export function firstMeeting(outline: Outline): EdgeMeeting | undefined {
  const later = new Sweep(outline).firstEdgeThatMeetsAnEarlierOne();
  if (later === outline.edgeCount) return undefined;
  for (let earlier = 0; earlier < later; earlier += 1) {
    const meeting = outline.meeting(earlier, later);
    if (meeting) return { earlier, later, meeting };
  }
  return undefined;
}

/**
 * A line that sweeps over the outline and keeps the edges it cuts in order: the leftmost meeting is
 * always between two edges that became neighbours before it (Shamos and Hoey, "Geometric
 * intersection problems", 1976). With two changes:
 *
 * - A meeting does not end the sweep. Its later edge and all that are drawn after it are taken out,
 *   because no earlier meeting needs them, and the sweep goes on with the others. Among those that
 *   remain at the end none meet, so the last limit is the later edge of the first meeting.
 * - Vertices may touch anything. So at each place every edge that ends there leaves before any that
 *   starts there enters: until then, two edges that cross in the place may be kept apart by others.
 */
class Sweep {
  private readonly order: EdgeOrder;
  /** Edges from this number on are out of the question: one of them or an earlier one meets. */
  private limit: number;
  /** Edges from this number on have been taken out. */
  private takenOutFrom: number;

  constructor(private readonly outline: Outline) {
    this.limit = outline.edgeCount;
    this.takenOutFrom = outline.edgeCount;
    this.order = new EdgeOrder(outline.edgeCount);
  }

  /** Its number, or the count of edges if there is none. */
  firstEdgeThatMeetsAnEarlierOne(): number {
    const { pointsByPlace, places } = this.outline;
    let start = 0;
    while (start < pointsByPlace.length) {
      const place = numberAt(places, numberAt(pointsByPlace, start));
      let end = start;
      while (end < pointsByPlace.length && places[numberAt(pointsByPlace, end)] === place) {
        this.leaveAt(place, numberAt(pointsByPlace, end));
        end += 1;
      }
      for (let index = start; index < end; index += 1) {
        this.enterAt(place, numberAt(pointsByPlace, index));
      }
      start = end;
    }
    return this.limit;
  }

  private leaveAt(place: number, point: number): void {
    this.leaveIfEnding(place, this.outline.edgeBefore(point));
    this.leaveIfEnding(place, point);
  }

  private enterAt(place: number, point: number): void {
    this.enterIfStarting(place, this.outline.edgeBefore(point));
    this.enterIfStarting(place, point);
  }

  private leaveIfEnding(place: number, edge: number): void {
    if (this.outline.lastPlaces[edge] !== place || !this.order.has(edge)) return;
    this.takeOut(edge);
    this.takeOutBeyondLimit();
  }

  private enterIfStarting(place: number, edge: number): void {
    const { firstPlaces, lastPlaces } = this.outline;
    if (firstPlaces[edge] !== place || lastPlaces[edge] === place) return;
    while (edge < this.limit && !this.order.has(edge)) {
      const overlapped = this.order.insert(edge, (other) => this.outline.sideOf(edge, other));
      if (overlapped >= 0) this.limit = Math.max(edge, overlapped);
      else this.compareWithNeighbours(edge);
      this.takeOutBeyondLimit();
    }
  }

  private compareWithNeighbours(edge: number): void {
    this.compare(this.order.below(edge), edge);
    this.compare(edge, this.order.above(edge));
  }

  private takeOut(edge: number): void {
    const below = this.order.below(edge);
    const above = this.order.above(edge);
    this.order.remove(edge);
    this.compare(below, above);
  }

  private compare(one: number, other: number): void {
    if (one < 0 || other < 0) return;
    const later = Math.max(one, other);
    if (later < this.limit && this.outline.meeting(one, other)) this.limit = later;
  }

  /** Those that become neighbours on the way may meet too, which lowers the limit further. */
  private takeOutBeyondLimit(): void {
    while (this.takenOutFrom > this.limit) {
      this.takenOutFrom -= 1;
      if (this.order.has(this.takenOutFrom)) this.takeOut(this.takenOutFrom);
    }
  }
}
