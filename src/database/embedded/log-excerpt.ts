import { open, stat } from 'node:fs/promises';

const AT_MOST_BYTES = 16_384;

/** What was appended to a log file since a certain moment. */
export class LogExcerpt {
  private constructor(
    private readonly file: string,
    private readonly start: number,
  ) {}

  /** Begins here: whatever is in the file already is not part of the excerpt. */
  static async from(file: string): Promise<LogExcerpt> {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    return new LogExcerpt(file, size);
  }

  /** The beginning of the excerpt, empty when nothing was logged. */
  async read(): Promise<string> {
    const handle = await open(this.file);
    try {
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.alloc(AT_MOST_BYTES),
        position: this.start,
      });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** The end of it, on one line, for an error message. */
  async lastLines(): Promise<string> {
    const lines = (await this.read()).split('\n').filter((line) => line.trim() !== '');
    return lines.slice(-3).join(' ') || 'nothing was logged';
  }
}
