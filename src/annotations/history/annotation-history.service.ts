import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller.js';
import { Environment } from '../../config/environment.js';
import type { Page, PageRequest } from '../../database/page.js';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { AnnotatedImages } from '../annotated-images.js';
import type { AnnotatedImage, AnnotationRecord } from '../annotation.js';
import { type AnnotationView, viewed } from '../annotation-view.js';
import { AnnotationNotFound } from '../annotations.errors.js';
import { LabelLineage, type LabelStep, stepsFrom } from '../label-lineage.js';
import { type AnnotationDiff, diffOf } from './annotation-diff.js';
import { AnnotationVersionNotFound } from './annotation-history.errors.js';
import { AnnotationHistoryRepository } from './annotation-history.repository.js';
import { type AnnotationVersion, type ListedVersion, recordOf } from './annotation-version.js';

/** Two versions to compare, by their numbers. */
export interface VersionPair {
  from?: number;
  to?: number;
}

/** What annotations were before: their versions, and the set of a moment. */
@Injectable()
export class AnnotationHistoryService {
  constructor(
    private readonly images: AnnotatedImages,
    private readonly history: AnnotationHistoryRepository,
    private readonly labels: LabelLineage,
    private readonly environment: Environment,
  ) {}

  /**
   * The image, if it has or ever had an annotation of this index.
   * @throws AnnotatedImageNotFound | AnnotationNotFound
   */
  async requireUsed(caller: Caller, imageKey: string, index: number): Promise<AnnotatedImage> {
    const image = await this.images.require(caller, imageKey);
    if (!(await this.history.isUsed(image.id, index)))
      throw new AnnotationNotFound(imageKey, index);
    return image;
  }

  /**
   * The versions of an annotation that are kept, newest first; also of a deleted one.
   * @throws AnnotatedImageNotFound | AnnotationNotFound
   */
  async listVersions(
    caller: Caller,
    imageKey: string,
    index: number,
    page: PageRequest,
  ): Promise<Page<ListedVersion>> {
    const image = await this.requireUsed(caller, imageKey, index);
    const { items, ...rest } = await this.history.listOf(image.id, index, page);
    const steps = await this.stepsOf(items);
    return {
      ...rest,
      items: items.map((version) => ({
        ...version,
        labelSteps: steps(version, version.supersededAt),
      })),
    };
  }

  /**
   * How two versions of an annotation differ: the newest one and the one before it, unless others are named. One
   * that has none before it is compared with itself.
   * @throws AnnotatedImageNotFound | AnnotationNotFound | AnnotationVersionNotFound
   */
  async diff(
    caller: Caller,
    imageKey: string,
    index: number,
    pair: VersionPair,
  ): Promise<AnnotationDiff> {
    const { id } = await this.requireUsed(caller, imageKey, index);
    const to = await this.requireVersion(id, index, pair.to);
    const from =
      pair.from === undefined
        ? ((await this.history.findNewest(id, index, to.version)) ?? to)
        : await this.requireVersion(id, index, pair.from);
    return diffOf(from, to);
  }

  /**
   * The annotations that an image had at a time, each in the version it had then and with its label as that was called
   * then, in the coordinates of a view.
   * @returns also the strong entity tag of just that, which no set of today has
   * @throws AnnotatedImageNotFound | PictureMissing | AnnotationNotFound | InvalidRequest
   */
  async viewSetAsOf(
    caller: Caller,
    imageKey: string,
    view: AnnotationView,
    time: Date,
  ): Promise<{ annotations: AnnotationRecord[]; etag: string }> {
    if (time.getTime() > Date.now())
      throw new InvalidRequest([{ parameter: 'as_of', detail: 'must not lie in the future' }]);
    const image = await this.images.require(caller, imageKey);
    const versions = await this.named(await this.history.listAsOf(image.id, time), time);
    const stored = versions.map((version) => recordOf(image.id, version));
    const { annotations, revision } = viewed(image, stored, view, this.environment);
    return { annotations, etag: tagOf(versions, revision) };
  }

  /** Versions with their labels as these were called at a time. */
  private async named(
    versions: readonly AnnotationVersion[],
    time: Date,
  ): Promise<AnnotationVersion[]> {
    const steps = await this.stepsOf(versions);
    return versions.map((version) => ({
      ...version,
      instrument: steps(version, time).at(-1)?.to ?? version.instrument,
    }));
  }

  /** Says of each of these versions what its label was called since, up to a time. */
  private async stepsOf(
    versions: readonly AnnotationVersion[],
  ): Promise<(version: AnnotationVersion, until?: Date) => LabelStep[]> {
    const steps = await this.labels.stepsOf(versions.map(({ instrumentId }) => instrumentId));
    return ({ instrumentId, instrument, at }, until) =>
      stepsFrom(steps.get(instrumentId) ?? [], instrument, at, until);
  }

  private async requireVersion(
    imageId: string,
    index: number,
    version: number | undefined,
  ): Promise<AnnotationVersion> {
    const found =
      version === undefined
        ? await this.history.findNewest(imageId, index)
        : await this.history.find(imageId, index, version);
    if (!found) throw new AnnotationVersionNotFound(index, version);
    return found;
  }
}

/** Versions never change but for what their labels are called, so that their numbers and those say what they hold. */
function tagOf(versions: readonly AnnotationVersion[], revision = ''): string {
  const numbers = versions.map(
    ({ index, version, instrument }) => `${index}.${version}.${encodeURIComponent(instrument)}`,
  );
  const digest = createHash('sha256').update([revision, ...numbers].join(' '));
  return `"as-of-${digest.digest('hex').slice(0, 32)}"`;
}
