import type { FileHandle } from 'node:fs/promises';

/** The largest piece that one load can serve. */
export const WINDOW_BYTES = 64 * 1024;

/**
 * Looks at small pieces of a file without holding more than 64 KB of it: for hopping over a file's
 * structure, where most hops land inside the window and cost nothing.
 */
export class FileWindow {
  private bytes: Buffer = Buffer.alloc(0);
  private start = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  static async over(file: FileHandle): Promise<FileWindow> {
    return new FileWindow(file, (await file.stat()).size);
  }

  /** The `length` bytes at `offset`, fewer at the file's end, none beyond it. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (!this.holds(offset, length)) await this.move(offset, length);
    const from = offset - this.start;
    return this.bytes.subarray(from, from + length);
  }

  /** The byte at `offset`, if it need not be waited for. */
  byteAt(offset: number): number | undefined {
    return this.bytes[offset - this.start];
  }

  private holds(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.length;
  }

  private async move(offset: number, length: number): Promise<void> {
    const wanted = Math.max(0, Math.min(Math.max(length, WINDOW_BYTES), this.size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    // Node refuses to read into an empty buffer.
    const { bytesRead } =
      wanted > 0 ? await this.file.read(buffer, 0, wanted, offset) : { bytesRead: 0 };
    this.bytes = buffer.subarray(0, bytesRead);
    this.start = offset;
  }
}
