/** Where the bytes are: pieces of them by offset, shorter at the end. */
export interface ByteSource {
  read(offset: number, length: number): Promise<Buffer>;
}

/** One page's table of contents: where its fields are, by tag, and where the next table is (0: none). */
export interface TiffDirectory {
  fields: Map<number, TiffField>;
  next: number;
}

interface TiffField {
  type: number;
  count: number;
  /** Where in the file the value stands, or the offset to it if it takes more room than the field has. */
  slot: number;
}

// Files have some dozens. BigTIFF could claim 2^64, and 500 pages may share one directory.
const MAX_FIELDS = 4_096;
const SHORT = 3;
/** ASCII, and UTF-8 as Exif 3.0 has it. */
const TEXT_TYPES = new Set([2, 129]);

/** Reads the tables of a TIFF (TIFF 6.0 §2) or BigTIFF of either byte order, and nothing else of it. */
export class TiffDirectories {
  private constructor(
    private readonly window: ByteSource,
    private readonly littleEndian: boolean,
    private readonly big: boolean,
    /** Where the first directory is. */
    readonly first: number,
  ) {}

  /** `undefined` if even the header is cut. */
  static async in(window: ByteSource): Promise<TiffDirectories | undefined> {
    const header = await window.read(0, 16);
    if (header.length < 8) return undefined;
    const littleEndian = header[0] === 0x49;
    const big = viewOf(header).getUint16(2, littleEndian) === 43;
    if (big && header.length < 16) return undefined;
    return new TiffDirectories(
      window,
      littleEndian,
      big,
      wordOf(header, big ? 8 : 4, littleEndian, big),
    );
  }

  /** The directory at an offset; `undefined` if the file does not have all of it. */
  async directoryAt(offset: number): Promise<TiffDirectory | undefined> {
    const counterBytes = this.big ? 8 : 2;
    const fieldBytes = this.big ? 20 : 12;
    const counter = await this.window.read(offset, counterBytes);
    if (counter.length < counterBytes) return undefined;
    const count = this.big ? this.word(counter, 0) : this.short(counter, 0);
    if (count > MAX_FIELDS) return undefined;
    const start = offset + counterBytes;
    const length = count * fieldBytes + this.wordBytes;
    const table = await this.window.read(start, length);
    if (table.length < length) return undefined;

    const fields = new Map<number, TiffField>();
    for (let at = 0; at < count * fieldBytes; at += fieldBytes) {
      fields.set(this.short(table, at), {
        type: this.short(table, at + 2),
        count: this.word(table, at + 4),
        slot: start + at + 4 + this.wordBytes,
      });
    }
    return { fields, next: this.word(table, count * fieldBytes) };
  }

  /** The number in a field, 0 if it is not there. */
  async numberOf(directory: TiffDirectory, tag: number): Promise<number> {
    const field = directory.fields.get(tag);
    if (!field) return 0;
    const bytes = await this.window.read(field.slot, this.wordBytes);
    if (field.type === SHORT) return this.short(bytes, 0);
    // Type 4 has four bytes, even where there is room for eight.
    return field.type === 4 ? viewOf(bytes).getUint32(0, this.littleEndian) : this.word(bytes, 0);
  }

  /** The text in a field, up to `limit` bytes of it; `undefined` if there is none. */
  async textOf(directory: TiffDirectory, tag: number, limit = 1024): Promise<string | undefined> {
    const field = directory.fields.get(tag);
    if (!field || !TEXT_TYPES.has(field.type)) return undefined;
    const isInside = field.count <= this.wordBytes;
    const offset = isInside
      ? field.slot
      : this.word(await this.window.read(field.slot, this.wordBytes), 0);
    const text = await this.window.read(offset, Math.min(field.count, limit));
    return text.toString('utf8').split('\0')[0];
  }

  private get wordBytes(): number {
    return this.big ? 8 : 4;
  }

  private short(bytes: Buffer, at: number): number {
    return viewOf(bytes).getUint16(at, this.littleEndian);
  }

  private word(bytes: Buffer, at: number): number {
    return wordOf(bytes, at, this.littleEndian, this.big);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function wordOf(bytes: Buffer, at: number, littleEndian: boolean, big: boolean): number {
  const view = viewOf(bytes);
  return big ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
}
