import { numberAt } from './number-at.js';

const NONE = -1;

/**
 * The edges that a sweep line cuts, from one of its ends to the other: a treap (a search tree kept
 * shallow by random priorities) whose nodes are edge numbers, with links between neighbours.
 * The caller compares; the tree only remembers, so a removal asks nothing.
 */
export class EdgeOrder {
  private root = NONE;
  private readonly parents: Int32Array;
  private readonly lowerChildren: Int32Array;
  private readonly upperChildren: Int32Array;
  private readonly lowerNeighbours: Int32Array;
  private readonly upperNeighbours: Int32Array;
  private readonly priorities: Float64Array;
  private readonly members: Uint8Array;

  /** @param edgeCount edges are numbered below this */
  constructor(edgeCount: number) {
    this.parents = new Int32Array(edgeCount);
    this.lowerChildren = new Int32Array(edgeCount);
    this.upperChildren = new Int32Array(edgeCount);
    this.lowerNeighbours = new Int32Array(edgeCount);
    this.upperNeighbours = new Int32Array(edgeCount);
    this.priorities = new Float64Array(edgeCount);
    this.members = new Uint8Array(edgeCount);
  }

  has(edge: number): boolean {
    return this.members[edge] === 1;
  }

  /** The next edge below an edge in the order, or -1. */
  below(edge: number): number {
    return numberAt(this.lowerNeighbours, edge);
  }

  /** The next edge above an edge in the order, or -1. */
  above(edge: number): number {
    return numberAt(this.upperNeighbours, edge);
  }

  /**
   * Puts an edge in its place. `sideOf(other)` is negative where the edge is below the other one,
   * positive where it is above.
   * @returns the edge it could not be placed beside (`sideOf` gave 0; nothing changed), or -1
   */
  insert(edge: number, sideOf: (other: number) => number): number {
    let [parent, lower, upper] = [NONE, NONE, NONE];
    let node = this.root;
    while (node !== NONE) {
      const side = sideOf(node);
      if (side === 0) return node;
      parent = node;
      if (side < 0) {
        upper = node;
        node = numberAt(this.lowerChildren, node);
      } else {
        lower = node;
        node = numberAt(this.upperChildren, node);
      }
    }
    this.members[edge] = 1;
    this.lowerChildren[edge] = NONE;
    this.upperChildren[edge] = NONE;
    this.parents[edge] = parent;
    // Random, not derived from the edge: nobody can draw a polygon that makes the tree deep.
    const priority = (this.priorities[edge] = Math.random());
    if (parent === NONE) this.root = edge;
    else if (parent === upper) this.lowerChildren[parent] = edge;
    else this.upperChildren[parent] = edge;
    this.linkNeighbours(lower, edge);
    this.linkNeighbours(edge, upper);
    while (this.parents[edge] !== NONE && this.priorityOfParent(edge) < priority) this.raise(edge);
    return NONE;
  }

  /** Takes out an edge that is in the order. */
  remove(edge: number): void {
    let child = this.weightierChild(edge);
    while (child !== NONE) {
      this.raise(child);
      child = this.weightierChild(edge);
    }
    this.members[edge] = 0;
    this.replaceAtParent(edge, NONE);
    this.linkNeighbours(this.below(edge), this.above(edge));
  }

  private priorityOfParent(edge: number): number {
    return numberAt(this.priorities, numberAt(this.parents, edge));
  }

  private weightierChild(edge: number): number {
    const [lower, upper] = [numberAt(this.lowerChildren, edge), numberAt(this.upperChildren, edge)];
    if (lower === NONE || upper === NONE) return Math.max(lower, upper);
    const lowerPriority = numberAt(this.priorities, lower);
    return lowerPriority > numberAt(this.priorities, upper) ? lower : upper;
  }

  /** Rotates a node above its parent; the order stays as it is. */
  private raise(node: number): void {
    const parent = numberAt(this.parents, node);
    const isLower = this.lowerChildren[parent] === node;
    const near = isLower ? this.lowerChildren : this.upperChildren;
    const far = isLower ? this.upperChildren : this.lowerChildren;
    const moved = numberAt(far, node);
    this.replaceAtParent(parent, node);
    near[parent] = moved;
    if (moved !== NONE) this.parents[moved] = parent;
    far[node] = parent;
    this.parents[parent] = node;
  }

  private replaceAtParent(node: number, replacement: number): void {
    const parent = numberAt(this.parents, node);
    if (parent === NONE) this.root = replacement;
    else if (this.lowerChildren[parent] === node) this.lowerChildren[parent] = replacement;
    else this.upperChildren[parent] = replacement;
    if (replacement !== NONE) this.parents[replacement] = parent;
  }

  private linkNeighbours(lower: number, upper: number): void {
    if (lower !== NONE) this.upperNeighbours[lower] = upper;
    if (upper !== NONE) this.lowerNeighbours[upper] = lower;
  }
}
