import type { FileStorage, ListedFile } from '../../storage/file-storage.js';
import { surveyed } from './file-survey.js';
import type { UpkeepRepository } from './upkeep.repository.js';

/** How long files without a record are left alone. */
export interface OrphanPatience {
  /** Seconds from the last byte until a file is set aside. */
  orphanAfterS: number;
  /** Days from then until it is removed. */
  setAsideDays: number;
}

/** What was done about files that no record names. */
export interface Reaping {
  /** Storage keys. */
  setAside: string[];
  broughtBack: string[];
  removed: string[];
  /** Why nothing was set aside or removed, though there was something. */
  held?: string;
}

interface ReapOptions {
  signal?: AbortSignal;
  force?: boolean;
}

/** What is found beyond this waits for the next round. */
export const MOST_AT_ONCE = 1_000;
const BATCH = 50;
const DAY_MS = 86_400_000;

/**
 * Takes away the files that no record names: of processes that were killed between storing a file and
 * committing its row, and of removals that failed. It takes a file for such a one only when it is older than
 * any upload in progress can be, sets it aside before it removes it weeks later, and does neither when most
 * files have no record: then the database is not the one of these files.
 */
export class OrphanReaper {
  constructor(
    private readonly storage: FileStorage,
    private readonly repository: UpkeepRepository,
    private readonly patience: OrphanPatience,
  ) {}

  /**
   * @param options.signal ends it between two small batches
   * @param options.force an operator has looked: sets files aside even when most have no record
   */
  async reap({ signal, force = false }: ReapOptions = {}): Promise<Reaping> {
    const { returning, expired } = await this.surveyAside(signal);
    const broughtBack = await this.bringBack(returning);
    const { named, unnamed, orphans } = await this.surveyFiles(signal);
    const nothing: Reaping = { setAside: [], broughtBack, removed: [] };
    const strays = unnamed + expired.length;
    if (strays === 0 || signal?.aborted) return nothing;
    if (strays > named && !force)
      return {
        ...nothing,
        held: `${strays} files have no record, and ${named} have one: is this the database of these files?`,
      };
    if (await this.storage.isRemovalPaused())
      return { ...nothing, held: 'removal is paused (DATA_DIR/keep-files exists)' };
    return {
      setAside: await this.setAside(orphans, signal),
      broughtBack,
      removed: strays > named ? [] : await this.remove(expired, signal),
    };
  }

  /** Of the files that were set aside, those that a record names after all, and those kept long enough. */
  private async surveyAside(signal?: AbortSignal) {
    const eldest = Date.now() - this.patience.setAsideDays * DAY_MS;
    const returning: string[] = [];
    const expired: string[] = [];
    for await (const files of surveyed(this.storage.listSetAside(), this.repository)) {
      for (const file of files) {
        if (file.isNamed) returning.push(file.key);
        else if (isOlder(file, eldest)) expired.push(file.key);
      }
      if (signal?.aborted || returning.length + expired.length >= MOST_AT_ONCE) break;
    }
    return { returning, expired };
  }

  private async surveyFiles(signal?: AbortSignal) {
    const eldest = Date.now() - this.patience.orphanAfterS * 1_000;
    // The first of those without a record.
    const orphans: string[] = [];
    let [named, unnamed] = [0, 0];
    for await (const files of surveyed(this.storage.list(), this.repository)) {
      if (signal?.aborted) break;
      for (const file of files) {
        if (file.isNamed) named += 1;
        if (file.isNamed || !isOlder(file, eldest)) continue;
        unnamed += 1;
        if (orphans.length < MOST_AT_ONCE) orphans.push(file.key);
      }
    }
    return { named, unnamed, orphans };
  }

  private async setAside(orphans: readonly string[], signal?: AbortSignal): Promise<string[]> {
    const done: string[] = [];
    for (const batch of batchesOf(orphans)) {
      if (signal?.aborted) break;
      const named = await this.repository.named(batch);
      const unnamed = batch.filter((key) => !named.has(key));
      for (const key of unnamed) await this.storage.setAside(key);
      // A machine that slept in the middle of an upload may have committed it just now.
      const returned = await this.bringBack([...(await this.repository.named(unnamed))]);
      done.push(...unnamed.filter((key) => !returned.includes(key)));
    }
    return done;
  }

  private async bringBack(keys: readonly string[]): Promise<string[]> {
    for (const key of keys) await this.storage.bringBack(key);
    return [...keys];
  }

  private async remove(expired: readonly string[], signal?: AbortSignal): Promise<string[]> {
    const done: string[] = [];
    for (const batch of batchesOf(expired)) {
      if (signal?.aborted) break;
      const named = await this.repository.named(batch);
      const unnamed = batch.filter((key) => !named.has(key));
      for (const key of unnamed) await this.storage.removeSetAside(key);
      done.push(...unnamed);
    }
    return done;
  }
}

function isOlder({ modifiedAt }: ListedFile, than: number): boolean {
  return modifiedAt.getTime() < than;
}

function* batchesOf(keys: readonly string[]): Generator<string[]> {
  for (let start = 0; start < keys.length; start += BATCH) yield keys.slice(start, start + BATCH);
}
