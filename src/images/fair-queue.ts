/**
 * Those who wait, by parties that take turns: within a party first come, first served. So whoever asks for a
 * hundred things makes nobody else wait for more than one of them at a time.
 */
export class FairQueue<T> {
  /** The party that was served longest ago first; a set keeps the order of arrival. */
  private readonly parties = new Map<string, Set<T>>();
  private waiting = 0;

  get size(): number {
    return this.waiting;
  }

  /** Whose turn it is. */
  get next(): T | undefined {
    const [first] = this.parties.values();
    const [waiter] = first ?? [];
    return waiter;
  }

  add(party: string, waiter: T): void {
    const others = this.parties.get(party) ?? new Set();
    others.add(waiter);
    this.parties.set(party, others);
    this.waiting += 1;
  }

  /** Takes out who was served, or gave up. */
  remove(party: string, waiter: T, wasServed: boolean): void {
    const others = this.parties.get(party);
    if (!others?.delete(waiter)) return;
    this.waiting -= 1;
    if (others.size > 0 && !wasServed) return;
    this.parties.delete(party);
    if (others.size > 0) this.parties.set(party, others);
  }

  /** The last one of the party that has the most, if that has clearly more than another party. */
  lastOfMore(than: string): T | undefined {
    const largest = [...this.parties.values()].reduce<Set<T> | undefined>(
      (most, set) => (most && most.size >= set.size ? most : set),
      undefined,
    );
    const own = this.parties.get(than)?.size ?? 0;
    return largest && largest.size > own + 1 ? [...largest].at(-1) : undefined;
  }
}
