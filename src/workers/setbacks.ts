/** One that has lived so long was no failed start. */
const ESTABLISHED_MS = 15_000;
const MOST_IN_A_ROW = 6;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [100, 5_000];

/** How often the workers in each place have died soon after they were started, one after another. */
export class Setbacks {
  readonly mostInARow = MOST_IN_A_ROW;
  private readonly inARow = new Map<number, number>();

  /**
   * A worker has died.
   * @param number its place
   * @returns for how long its place stays empty, each time twice as long; undefined if trying again is in vain
   */
  pauseAfter(number: number, livedMs: number): number | undefined {
    const before = livedMs < ESTABLISHED_MS ? (this.inARow.get(number) ?? 0) : 0;
    this.inARow.set(number, before + 1);
    if (before + 1 >= MOST_IN_A_ROW) return undefined;
    return Math.min(FIRST_PAUSE_MS * 2 ** before, LONGEST_PAUSE_MS);
  }
}
