/** Comparisons of two edges that a ring of so many points may cost, beside those that a look at every point costs. */
const COMPARISONS_A_POINT = 1_000;
const COMPARISONS_AT_LEAST = 500_000;

/**
 * How much work is left for the repair of one ring: edges that are compared with each other. A drawing that would need
 * more is not repaired, so that none can keep the thread busy.
 */
export class Effort {
  private left: number;

  constructor(pointCount: number) {
    this.left = COMPARISONS_AT_LEAST + COMPARISONS_A_POINT * pointCount;
  }

  get isSpent(): boolean {
    return this.left <= 0;
  }

  spend(comparisons: number): void {
    this.left -= comparisons;
  }
}
