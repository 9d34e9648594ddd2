/**
 * What copies need of the rendition cache. Everything in it may be gone at any time, and is then made again;
 * its troubles are nobody's: then nothing is found, and nothing kept.
 */
export abstract class CopyStore {
  /** The name of what is made of an original. @param what all that its bytes depend on */
  abstract nameOf(owner: string, what: string): string;

  /** Runs `use` with the path of a file, which stays there meanwhile. @returns undefined if it is not there */
  abstract withLocalFile<T>(
    name: string,
    use: (path: string) => Promise<T>,
  ): Promise<T | undefined>;

  /** @param owner storage key of the original @returns whether it is kept now */
  abstract put(
    name: string,
    owner: string,
    made: { mediaType: string; data: Buffer },
  ): Promise<boolean>;

  /** The same with a file at a `scratchPath`, which is gone in any case. */
  abstract putFile(name: string, owner: string, path: string, mediaType: string): Promise<boolean>;

  /**
   * Does something that makes the same files in whichever process: one of the service does it at a time.
   * @throws TookTooLong, the signal's reason, or what `work` throws
   */
  inTurn<T>(_name: string, _signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return work();
  }

  /** Where a file for `putFile` may be made. */
  abstract scratchPath(): Promise<string>;

  /** Removes a file at a `scratchPath`, if it is there. */
  abstract discardScratch(path: string): Promise<void>;
}
