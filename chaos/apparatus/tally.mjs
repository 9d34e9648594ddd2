/** What a scenario did and found. A violation is a broken promise: the scenario fails by it. */
export class Tally {
  /** @type {Map<string, number>} */
  #counts = new Map();
  /** @type {Map<string, number[]>} */
  #times = new Map();
  /** @type {string[]} */
  violations = [];

  /** @param {string} what */
  count(what, by = 1) {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
  }

  /** @param {string} what @param {number} ms */
  time(what, ms) {
    this.#times.set(what, [...(this.#times.get(what) ?? []), ms]);
  }

  /** Also fails by it when it took longer than was promised. @param {string} what @param {number} ms @param {number} mostMs */
  timeWithin(what, ms, mostMs) {
    this.time(what, ms);
    if (ms > mostMs) this.violate(`${what}: ${ms.toFixed(0)} ms, promised are ${mostMs}`);
  }

  /** @param {string} sentence */
  violate(sentence) {
    // The first ones tell what is wrong; a thousand of them tell no more.
    if (this.violations.length < 20) console.error(`VIOLATION ${sentence}`);
    this.violations.push(sentence);
  }

  /** @param {string} what */
  of(what) {
    return this.#counts.get(what) ?? 0;
  }

  /** As plain values, for a line of JSON. */
  summary() {
    const times = [...this.#times].map(([what, all]) => [what, timesOf(all)]);
    return {
      counts: Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))),
      times: Object.fromEntries(times),
      violations: this.violations,
    };
  }

  print() {
    const { counts, times } = this.summary();
    for (const [what, count] of Object.entries(counts))
      console.log(`  ${what.padEnd(52)}${String(count).padStart(9)}`);
    for (const [what, { median, p99, max, n }] of Object.entries(times))
      console.log(`  ${what.padEnd(52)} median ${median}, p99 ${p99}, max ${max} ms (${n})`);
    console.log(`  ${'violations'.padEnd(52)}${String(this.violations.length).padStart(9)}`);
  }
}

/** @param {number[]} all */
function timesOf(all) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
  return { n: sorted.length, median: at(0.5), p99: at(0.99), max: at(1) };
}
