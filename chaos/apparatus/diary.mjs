import { open, readFile } from 'node:fs/promises';

/**
 * @typedef {{ instrument: string, token: string, points: number[][] }} Mark
 * @typedef {object} State of an image, as its client knows it
 * @property {boolean} trashed
 * @property {string | null} hardware
 * @property {{ sha256: string, bytes: number } | null} file
 * @property {Record<string, Mark>} annotations by index
 * @property {number} highest index that was ever used
 */
/** @typedef {{ state: State | null, doubt?: { deed: number, after: State | null } }} Expectation */
/**
 * @typedef {{ deed: number, key: string, kind: string, after: State | null }} Sent
 * @typedef {{ answered: number, status: number }} Answered it is done
 * @typedef {{ settled: number, done: boolean }} Settled it was found done or not done
 */

/**
 * What a client sent and what it was told, in a file of its own: a line is on the disk before what it
 * says counts. One deed at a time for each key.
 */
export class Diary {
  #file;
  /** @type {string[]} */
  #lines = [];
  /** @type {Promise<void> | undefined} */
  #writing;
  #count = 0;
  expectations = new Expectations();

  /** @param {import('node:fs/promises').FileHandle} file */
  constructor(file) {
    this.#file = file;
  }

  /** @param {string} path @param {import('./workshop.mjs').Workshop} workshop */
  static async open(path, workshop) {
    const diary = new Diary(await open(path, 'ax'));
    workshop.later(() => diary.#file.close());
    return diary;
  }

  /** @param {string} path @returns {Promise<Expectations>} what the file says, and nothing else */
  static async read(path) {
    const expectations = new Expectations();
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    for (const line of lines) expectations.take(JSON.parse(line));
    return expectations;
  }

  /** @param {Omit<Sent, 'deed'>} deed @returns {Promise<number>} its number */
  async sends(deed) {
    this.#count += 1;
    const entry = { deed: this.#count, ...deed };
    await this.#write(entry);
    return entry.deed;
  }

  /** @param {number} deed @param {number} status */
  acknowledged(deed, status) {
    return this.#write({ answered: deed, status });
  }

  /** @param {number} deed @param {boolean} done */
  settled(deed, done) {
    return this.#write({ settled: deed, done });
  }

  /** @param {Sent | Answered | Settled} entry */
  async #write(entry) {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
    // Lines that come while others are being written go to the disk together.
    while (this.#lines.length > 0) await (this.#writing ??= this.#flush());
    await this.#writing;
    this.expectations.take(entry);
  }

  async #flush() {
    const lines = this.#lines.join('');
    this.#lines = [];
    await this.#file.appendFile(lines);
    await this.#file.datasync();
    this.#writing = undefined;
  }
}

/** What must be found, key by key. */
export class Expectations {
  /** @type {Map<string, Expectation>} */
  byKey = new Map();
  /** @type {Map<number, string>} */
  #open = new Map();
  acknowledged = 0;

  /** @param {Sent | Answered | Settled} entry */
  take(entry) {
    if ('deed' in entry) {
      const { deed, key, after } = entry;
      const { state } = this.byKey.get(key) ?? { state: null };
      this.byKey.set(key, { state, doubt: { deed, after } });
      this.#open.set(deed, key);
    } else if ('answered' in entry) {
      this.acknowledged += 1;
      this.#close(entry.answered, true);
    } else {
      this.#close(entry.settled, entry.done);
    }
  }

  /** Those of which it is not known whether they were done. */
  get inDoubt() {
    return [...this.#open.values()];
  }

  /** @param {number} deed @param {boolean} done */
  #close(deed, done) {
    const key = this.#open.get(deed) ?? '';
    const { state, doubt } = /** @type {Expectation} */ (this.byKey.get(key));
    const now = done ? (doubt?.after ?? null) : state;
    this.#open.delete(deed);
    if (now === null) this.byKey.delete(key);
    else this.byKey.set(key, { state: now });
  }
}
