import { EdgeOrder } from './edge-order.js';
import { numberAt } from './number-at.js';
import type { Outline } from './outline.js';
import type { Point } from './polygon.js';
import { type GeometryFault, MAX_GEOMETRY_FAULTS } from './shape-faults.js';

/** Which rings there is an inside of, between two neighbouring edges under the sweep line. */
interface Gap {
  readonly inOuter: boolean;
  /** Numbers of holes, ascending. */
  readonly holes: readonly number[];
}

const OUTSIDE: Gap = { inOuter: false, holes: [] };

/**
 * The holes that are not inside the outer ring, and those that share something with an earlier one; each once, at
 * most 100. O(n log n) where the rings are possible.
 * @param outline of the rings, in which no interiors of edges meet
 */
export function misplacedHoles(
  outline: Outline,
  rings: readonly (readonly Point[])[],
): GeometryFault[] {
  const details = new Nesting(outline, rings).misplaced();
  return [...details]
    .sort(([one], [other]) => one - other)
    .map(([ring, detail]) => ({ path: ['rings', ring], detail }));
}

/**
 * A line that sweeps over all rings and keeps the edges that it cuts in order, each with the rings that one is inside
 * of just above it. Rings may only touch, but they may do so to change sides, by a point that lies on a point or on
 * an edge of another. So all edges that touch a place are looked at anew, in order, once those that end there have
 * left and those that start there have entered; what lies above them does not change, as every ring comes to a place as
 * often as it leaves.
 */
class Nesting {
  private readonly order: EdgeOrder;
  /** The number of each edge's ring. */
  private readonly ringOf: Int32Array;
  /** Above each edge that the line cuts. */
  private readonly gaps: Gap[] = [];
  private readonly details = new Map<number, string>();

  constructor(
    private readonly outline: Outline,
    rings: readonly (readonly Point[])[],
  ) {
    this.order = new EdgeOrder(outline.edgeCount);
    this.ringOf = new Int32Array(outline.edgeCount);
    let edge = 0;
    for (const [number, { length }] of rings.entries()) {
      this.ringOf.fill(number, edge, edge + length);
      edge += length;
    }
  }

  /** Why each hole is misplaced, by the number of its ring. */
  misplaced(): ReadonlyMap<number, string> {
    const { pointsByPlace, places } = this.outline;
    let start = 0;
    while (start < pointsByPlace.length && this.details.size < MAX_GEOMETRY_FAULTS) {
      const place = numberAt(places, numberAt(pointsByPlace, start));
      let end = start;
      // One of the edges beside those that leave may lie in the place too.
      let [neighbour, entered] = [-1, -1];
      while (end < pointsByPlace.length && places[numberAt(pointsByPlace, end)] === place) {
        for (const edge of this.edgesAt(numberAt(pointsByPlace, end))) {
          if (this.outline.lastPlaces[edge] !== place || !this.order.has(edge)) continue;
          const beside = [this.order.below(edge), this.order.above(edge)];
          neighbour = beside.find((other) => this.passes(other, place)) ?? neighbour;
          this.order.remove(edge);
        }
        end += 1;
      }
      for (let index = start; index < end; index += 1)
        for (const edge of this.edgesAt(numberAt(pointsByPlace, index)))
          if (this.enters(edge, place)) entered = edge;
      this.lookAnew(entered >= 0 ? entered : neighbour, place);
      start = end;
    }
    return this.details;
  }

  private edgesAt(point: number): [number, number] {
    return [this.outline.edgeBefore(point), point];
  }

  private enters(edge: number, place: number): boolean {
    const { firstPlaces, lastPlaces } = this.outline;
    if (firstPlaces[edge] !== place || lastPlaces[edge] === place) return false;
    if (!this.order.has(edge)) this.order.insert(edge, (other) => this.outline.sideOf(edge, other));
    return true;
  }

  /** Whether a place lies inside of an edge under the line. */
  private passes(edge: number, place: number): boolean {
    if (edge < 0) return false;
    const { firstPlaces, lastPlaces, orientation } = this.outline;
    const [first, last] = [numberAt(firstPlaces, edge), numberAt(lastPlaces, edge)];
    return first !== place && last !== place && orientation(first, last, place) === 0;
  }

  private touches(edge: number, place: number): boolean {
    return edge >= 0 && (this.outline.firstPlaces[edge] === place || this.passes(edge, place));
  }

  /** The gaps above all edges that touch a place, which are neighbours; one of them is given. */
  private lookAnew(one: number, place: number): void {
    let edge = one;
    while (this.touches(edge, place) && this.touches(this.order.below(edge), place))
      edge = this.order.below(edge);
    while (this.touches(edge, place)) {
      const below = this.order.below(edge);
      const gap = crossed(
        below < 0 ? OUTSIDE : (this.gaps[below] ?? OUTSIDE),
        numberAt(this.ringOf, edge),
      );
      this.gaps[edge] = gap;
      this.judge(gap);
      edge = this.order.above(edge);
    }
  }

  private judge({ inOuter, holes }: Gap): void {
    const [first, ...others] = holes;
    if (first === undefined) return;
    if (!inOuter) for (const hole of holes) this.tell(hole, 'must lie inside of the outer ring');
    for (const hole of others) this.tell(hole, `must not overlap the hole of ring ${first}`);
  }

  private tell(hole: number, detail: string): void {
    if (!this.details.has(hole)) this.details.set(hole, detail);
  }
}

function crossed({ inOuter, holes }: Gap, ring: number): Gap {
  if (ring === 0) return { inOuter: !inOuter, holes };
  const others = holes.filter((hole) => hole !== ring);
  const isEntered = others.length === holes.length;
  return { inOuter, holes: isEntered ? [...holes, ring].sort((a, b) => a - b) : others };
}
