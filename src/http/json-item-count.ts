const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** Deeper lists are not told apart: such a text is refused for its depth. */
const DEEPEST = 255;

/**
 * Counts the items of every list and object of a JSON text while it arrives, by its commas: to parse a list of
 * a million points only to refuse it would take a quarter of a second.
 */
export class JsonItemCount {
  /** Commas so far in the list or object that is open at each depth. */
  private readonly commas = new Uint32Array(DEEPEST + 1);
  private depth = 0;
  private isInText = false;
  private isEscaped = false;
  private colons = 0;

  constructor(private readonly maxItems: number) {}

  /** How many fields the text writes down so far, by their colons: also those of a name that was there before. */
  get fields(): number {
    return this.colons;
  }

  /** Takes the next piece. @returns whether some list or object has more items than it may */
  exceedsWith(piece: Uint8Array): boolean {
    for (const byte of piece) {
      if (this.isInText) this.passText(byte);
      else if (byte === QUOTE) this.isInText = true;
      // { and [, which differ in this bit only, and so do their ends.
      else if ((byte | 0x20) === 0x7b) this.commas[this.place((this.depth += 1))] = 0;
      else if ((byte | 0x20) === 0x7d) this.depth = Math.max(0, this.depth - 1);
      else if (byte === COLON) this.colons += 1;
      else if (byte === COMMA && this.count() >= this.maxItems) return true;
    }
    return false;
  }

  private passText(byte: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.isInText = false;
  }

  private count(): number {
    const place = this.place(this.depth);
    const commas = (this.commas[place] ?? 0) + 1;
    this.commas[place] = commas;
    return commas;
  }

  private place(depth: number): number {
    return Math.min(depth, DEEPEST);
  }
}
