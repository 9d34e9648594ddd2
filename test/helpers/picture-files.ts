import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageLimits } from '../../src/images/picture.js';

/** The service's own limits, for two cores. */
export const LIMITS: ImageLimits = {
  maxPixels: 50e6,
  maxPixelsHeavy: 25e6,
  maxFrames: 500,
  maxOutputSide: 8192,
  decodes: 2,
  decodeMemory: 512 * 1024 * 1024,
  decodeQueue: 32,
  renditionTimeoutMs: 10_000,
};

/** A folder of a test's own, for pictures that the service is to read from disk. */
export class PictureFiles {
  private count = 0;

  private constructor(private readonly folder: string) {}

  static async create(): Promise<PictureFiles> {
    return new PictureFiles(await mkdtemp(join(tmpdir(), 'loupe-pictures-')));
  }

  /** Writes the bytes to a new file and gives its path. */
  async put(bytes: Buffer): Promise<string> {
    const path = join(this.folder, String((this.count += 1)));
    await writeFile(path, bytes);
    return path;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
