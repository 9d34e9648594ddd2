import type { RenditionPlan } from '../../renditions/rendition-plan.js';
import type { FileStorage } from '../../storage/file-storage.js';
import { Overloaded, TookTooLong } from '../image-file.errors.js';
import type { ImageFileService } from '../image-file.service.js';
import type { CopyOptions, UprightPicture } from '../picture.js';
import type { StoredPicture } from '../stored-picture.js';
import { CopiesInMaking } from './copies-in-making.js';
import {
  copiesOf,
  copyName,
  type CopySource,
  type CopySpec,
  levelsOf,
  sourcesOf,
} from './copy-choice.js';
import type { CopyStore } from './copy-store.js';

export interface CopySettings {
  /** Whether smaller copies are made, and used. */
  intermediates: 'on' | 'off';
  /** When large pictures get a pyramid, and whether they have one at all. */
  pyramids: 'ingest' | 'first-use' | 'off';
}

/** A file, and the picture that it is: the original with the plan as it was, or a copy with its own. */
export interface Source {
  path: string;
  /** Names its bytes. */
  identity: string;
  picture: UprightPicture;
  plan: RenditionPlan;
}
export type UseOfSource<T> = (source: Source) => Promise<T>;

/** Copies that are made together. */
interface Piece {
  specs: readonly CopySpec[];
  made: Promise<void>;
}

/** What could not be made or kept is not tried again for a while. */
const HOPELESS_MS = 600_000;
const MOST_HOPELESS = 1_000;

/** The stored copies of pictures: found, made where they are missing, and used in place of originals. */
export class PictureCopies {
  private readonly making = new CopiesInMaking();
  private readonly hopeless = new Map<string, number>();

  constructor(
    private readonly imageFiles: ImageFileService,
    private readonly originals: Pick<FileStorage, 'withLocalFile'>,
    private readonly store: CopyStore,
    private readonly settings: CopySettings,
    private readonly failed: (error: unknown, picture: StoredPicture) => void,
  ) {}

  /**
   * The copy that a rendition is made of, to be part of the rendition's name: other sources make other bytes.
   * Empty if it is the original.
   */
  sourceName(picture: StoredPicture, plan: RenditionPlan): string {
    const source = this.sourceOf(picture, plan);
    return source ? copyName(source.spec) : '';
  }

  /**
   * Runs `use` with the file that a rendition is best made of. A copy that is missing is made first; if that
   * fails it is the original.
   * @param signal of whoever waits; what is made for others too goes on
   * @throws what `use` throws, Overloaded | TookTooLong, the storage's errors about the original, or the signal's reason
   */
  async withSource<T>(
    picture: StoredPicture,
    plan: RenditionPlan,
    signal: AbortSignal,
    use: UseOfSource<T>,
  ): Promise<T> {
    const source = this.sourceOf(picture, plan);
    if (source) {
      const used =
        (await this.useCopy(picture, source, plan, use)) ??
        ((await this.isMade(picture, source.spec, signal))
          ? await this.useCopy(picture, source, plan, use)
          : undefined);
      if (used) return used.result;
    }
    const { storageKey } = picture;
    return this.originals.withLocalFile(storageKey, (path) =>
      use({ path, identity: storageKey, picture, plan }),
    );
  }

  /** Makes those of a picture's whole copies that are missing. */
  makeWhole(picture: StoredPicture, options: CopyOptions): Promise<void> {
    if (this.settings.intermediates === 'off') return Promise.resolve();
    return this.make(picture, copiesOf(picture), options);
  }

  /** Makes those levels of a picture's pyramid that are missing. */
  async makePyramid(picture: StoredPicture, options: CopyOptions): Promise<void> {
    await Promise.all(this.pyramidPieces(picture, options).map(({ made }) => made));
  }

  private sourceOf(picture: StoredPicture, plan: RenditionPlan): CopySource | undefined {
    const { intermediates, pyramids } = this.settings;
    return sourcesOf(picture, plan).find(({ spec }) =>
      spec.layout === 'whole' ? intermediates === 'on' : pyramids !== 'off',
    );
  }

  private useCopy<T>(
    picture: StoredPicture,
    { spec, size, region }: CopySource,
    plan: RenditionPlan,
    use: UseOfSource<T>,
  ): Promise<{ result: T } | undefined> {
    const identity = this.nameOf(picture, spec);
    return this.store.withLocalFile(identity, async (path) => {
      const copy = { ...size, orientation: 1 };
      return {
        result: await use({ path, identity, picture: copy, plan: { ...plan, region } }),
      };
    });
  }

  /** Makes a copy that somebody waits for; of a pyramid all levels, which will be asked for next. */
  private async isMade(
    picture: StoredPicture,
    spec: CopySpec,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.isHopeless(picture, spec)) return false;
    const lasting = new AbortController().signal;
    const options = { isUrgent: true, signal: lasting };
    const pieces =
      spec.layout === 'tiled'
        ? this.pyramidPieces(picture, options)
        : [{ specs: [spec], made: this.make(picture, [spec], options) }];
    const wanted = pieces.find(({ specs }) => specs.some(({ level }) => level === spec.level));
    for (const { made } of pieces) made.catch((error: unknown) => this.failed(error, picture));
    try {
      await unlessAborted(wanted?.made ?? Promise.resolve(), signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      // Of the original it would have the same name, and other bytes.
      if (error instanceof Overloaded || error instanceof TookTooLong) throw error;
      return false;
    }
  }

  /**
   * The full size apart from the others: two cores make them in the time of one. The others have their turn first,
   * as viewers ask for them first.
   */
  private pyramidPieces(picture: StoredPicture, options: CopyOptions): Piece[] {
    const [full, ...others] = this.settings.pyramids === 'off' ? [] : levelsOf(picture);
    if (!full) return [];
    const { promise: haveBegun, resolve: began } = withResolvers();
    const made = this.make(picture, others, { ...options, began });
    made.then(began, began);
    const fullMade = haveBegun.then(() => this.make(picture, [full], options));
    return [
      { specs: others, made },
      { specs: [full], made: fullMade },
    ];
  }

  /** Once for all who ask for the same meanwhile. */
  private make(
    picture: StoredPicture,
    specs: readonly CopySpec[],
    options: CopyOptions,
  ): Promise<void> {
    return this.making.join(picture.storageKey, specs, options.isUrgent, (isOnItsWay) => {
      const began = () => {
        isOnItsWay();
        options.began?.();
      };
      const make = () => this.makeMissing(picture, specs, { ...options, began });
      // Who is in a hurry shall not wait for another process that still lets everybody go first.
      if (!options.isUrgent) return make();
      return this.store.inTurn(turnOf(picture, specs), options.signal, make);
    });
  }

  private async makeMissing(
    picture: StoredPicture,
    specs: readonly CopySpec[],
    options: CopyOptions,
  ): Promise<void> {
    const missing: CopySpec[] = [];
    for (const spec of specs) {
      if (this.isHopeless(picture, spec)) continue;
      if (!(await this.has(this.nameOf(picture, spec)))) missing.push(spec);
    }
    if (missing.length === 0) return;
    try {
      await this.originals.withLocalFile(picture.storageKey, (path) =>
        missing.some(({ layout }) => layout === 'tiled')
          ? this.storeLevels(path, picture, missing, options)
          : this.storeCopies(path, picture, missing, options),
      );
    } catch (error) {
      // Too busy, or ended by a stop, says nothing about the picture.
      if (!options.isUrgent && !options.signal.aborted)
        for (const spec of missing) this.giveUp(picture, spec);
      throw error;
    }
  }

  private async storeCopies(
    path: string,
    picture: StoredPicture,
    specs: readonly CopySpec[],
    options: CopyOptions,
  ): Promise<void> {
    const copies = await this.imageFiles.makeCopies(path, picture, specs, options);
    for (const { spec, ...made } of copies) {
      const isKept = await this.store.put(this.nameOf(picture, spec), picture.storageKey, made);
      if (!isKept) this.giveUp(picture, spec);
    }
  }

  private async storeLevels(
    path: string,
    picture: StoredPicture,
    specs: readonly CopySpec[],
    options: CopyOptions,
  ): Promise<void> {
    const paths = new Map<CopySpec, string>();
    try {
      for (const spec of specs) paths.set(spec, await this.store.scratchPath());
      const pathOf = (spec: CopySpec) => paths.get(spec) ?? '';
      await this.imageFiles.makeLevels(path, picture, specs, pathOf, options);
      for (const [spec, made] of paths) {
        const name = this.nameOf(picture, spec);
        const isKept = await this.store.putFile(name, picture.storageKey, made, 'image/tiff');
        if (!isKept) this.giveUp(picture, spec);
      }
    } finally {
      await Promise.all([...paths.values()].map((made) => this.store.discardScratch(made)));
    }
  }

  private async has(name: string): Promise<boolean> {
    return (await this.store.withLocalFile(name, () => Promise.resolve(true))) ?? false;
  }

  private nameOf({ storageKey, sha256 }: StoredPicture, spec: CopySpec): string {
    const what = [this.imageFiles.pipeline, sha256, 'copy', copyName(spec)];
    return this.store.nameOf(storageKey, what.join('\n'));
  }

  private giveUp(picture: StoredPicture, spec: CopySpec): void {
    const [eldest] = this.hopeless.keys();
    if (this.hopeless.size >= MOST_HOPELESS && eldest) this.hopeless.delete(eldest);
    this.hopeless.set(this.nameOf(picture, spec), Date.now() + HOPELESS_MS);
  }

  private isHopeless(picture: StoredPicture, spec: CopySpec): boolean {
    return (this.hopeless.get(this.nameOf(picture, spec)) ?? 0) > Date.now();
  }
}

/** Names the work: whole copies are made together or one by one, the full size of a pyramid beside the others. */
function turnOf({ storageKey }: StoredPicture, [first]: readonly CopySpec[]): string {
  const what = first?.layout === 'tiled' ? `level ${first.level}` : 'whole';
  return `copies of ${storageKey}: ${what}`;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
