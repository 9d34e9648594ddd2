import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { RenditionPlan } from '../../renditions/rendition-plan.js';
import type { FileStorage } from '../../storage/file-storage.js';
import type { ImageFileService } from '../image-file.service.js';
import type { StoredPicture } from '../stored-picture.js';
import type { CopyStore } from './copy-store.js';
import { type CopySettings, PictureCopies, type UseOfSource } from './picture-copies.js';

export interface MakerSettings extends CopySettings {
  /** Widths of the previews that are made beforehand, in pixels. */
  previews: readonly string[];
}

/** Makes the very rendition that `width=…&format=webp` gives, and keeps it. */
export type MakePreview = (width: number, signal: AbortSignal) => Promise<unknown>;

interface NewPicture {
  picture: StoredPicture;
  makePreview: MakePreview;
}

/** More uploads than that are not waited for: what they lack is made when it is first asked for. */
const MOST_WAITING = 500;
/** What is made ready ahead is waited for no longer than that. */
const ANTICIPATION_MS = 1_800;

/**
 * Makes smaller copies and previews of new pictures behind everybody's back, one picture at a time, and finds
 * the copy that a rendition is best made of.
 */
@Injectable()
export class CopyMaker implements OnModuleDestroy {
  private readonly logger = new Logger(CopyMaker.name);
  private readonly stopping = new AbortController();
  /** By storage key, in the order they came. */
  private readonly queue = new Map<string, NewPicture>();
  private readonly copies: PictureCopies;
  private working: Promise<void> | undefined;
  private anticipated: { storageKey: string; made: Promise<void> } | undefined;

  constructor(
    imageFiles: ImageFileService,
    originals: Pick<FileStorage, 'withLocalFile'>,
    store: CopyStore,
    private readonly settings: MakerSettings,
  ) {
    this.copies = new PictureCopies(imageFiles, originals, store, settings, (error, picture) =>
      this.failed(error, picture),
    );
  }

  /** Pictures whose copies are being made, or wait for it. */
  get waiting(): number {
    return this.queue.size;
  }

  /** Told of each new picture, once its record is committed. Takes no time, and never fails. */
  pictureStored(picture: StoredPicture, makePreview: MakePreview): void {
    if (this.isStopping() || this.queue.size >= MOST_WAITING) return;
    this.queue.set(picture.storageKey, { picture, makePreview });
    this.working ??= this.work().finally(() => (this.working = undefined));
  }

  /**
   * Told that somebody has opened a picture in a viewer, and will zoom: tiles of large pictures are made ready
   * ahead of what is asked next. One picture at a time; another one's are made when its first tile is asked for.
   * Takes no time, and never fails.
   */
  viewerOpened(picture: StoredPicture): void {
    if (this.isStopping() || this.anticipated) return;
    const options = { signal: this.stopping.signal, isUrgent: true };
    const made = this.attempt(picture, () => this.copies.makePyramid(picture, options)).finally(
      () => (this.anticipated = undefined),
    );
    this.anticipated = { storageKey: picture.storageKey, made };
  }

  /** The name of the copy that a rendition is made of; empty if it is the original. */
  sourceName(picture: StoredPicture, plan: RenditionPlan): string {
    return this.copies.sourceName(picture, plan);
  }

  /**
   * Runs `use` with the file that a rendition is best made of, the picture that this is, and the plan for it.
   * @throws what `use` throws, Overloaded | TookTooLong, the storage's errors, or the signal's reason
   */
  async withSource<T>(
    picture: StoredPicture,
    plan: RenditionPlan,
    signal: AbortSignal,
    use: UseOfSource<T>,
  ): Promise<T> {
    // What is shown first would slow down what is wanted next, all of which then comes late.
    const { storageKey, made } = this.anticipated ?? {};
    if (made && storageKey === picture.storageKey) await noLonger(made, ANTICIPATION_MS, signal);
    return this.copies.withSource(picture, plan, signal, use);
  }

  /** When everything that was begun has ended. */
  async idle(): Promise<void> {
    await Promise.all([this.working, this.anticipated?.made]);
  }

  /** What waits is not begun; it is made when it is first asked for. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.queue.clear();
    await this.idle();
  }

  private async work(): Promise<void> {
    for (const [storageKey, { picture, makePreview }] of this.queue) {
      await this.attempt(picture, (signal) =>
        this.copies.makeWhole(picture, { signal, isUrgent: false }),
      );
      for (const width of this.settings.previews)
        await this.attempt(picture, (signal) => makePreview(Number(width), signal));
      if (this.settings.pyramids === 'ingest') {
        await this.attempt(picture, (signal) =>
          this.copies.makePyramid(picture, { signal, isUrgent: false }),
        );
      }
      this.queue.delete(storageKey);
    }
  }

  private async attempt(
    picture: StoredPicture,
    make: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    if (this.isStopping()) return;
    try {
      await make(this.stopping.signal);
    } catch (error) {
      if (!this.isStopping()) this.failed(error, picture);
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** A picture that was removed meanwhile is among these. */
  private failed(error: unknown, { storageKey }: StoredPicture): void {
    this.logger.warn({ err: error, file: storageKey }, 'a smaller copy could not be made');
  }
}

/** Waits for work, but no longer than that. @throws the reason of whoever leaves meanwhile */
async function noLonger(work: Promise<void>, ms: number, left: AbortSignal): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, left]);
  await Promise.race([work, sleep(ms, undefined, { signal }).catch(() => undefined)]);
  done.abort();
  left.throwIfAborted();
}
