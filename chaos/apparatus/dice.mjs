/**
 * Chance that can be repeated: the same seed gives the same numbers (mulberry32, Tommy Ettinger, 2017).
 * What processes and disks make of them differs all the same from run to run.
 */
export class Dice {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not, 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number. @param {number} least @param {number} most both can come */
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability;
  }

  /** @template T @param {readonly T[]} values at least one @returns {T} */
  pick(values) {
    return /** @type {T} */ (values[this.between(0, values.length - 1)]);
  }

  /**
   * One of the names, each as often as its weight says.
   *
   * @template {string} Name
   * @param {Partial<Record<Name, number>>} weights
   * @returns {Name}
   */
  weighed(weights) {
    const entries = /** @type {[Name, number][]} */ (Object.entries(weights));
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return /** @type {[Name, number]} */ (entries.at(-1))[0];
  }

  /** Another source of chance, for something that happens beside this. */
  fork() {
    return new Dice(this.between(0, 0xffff_ffff));
  }
}
