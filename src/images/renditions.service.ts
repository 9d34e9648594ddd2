import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { AnnotationNotFound } from '../annotations/annotations.errors.js';
import {
  type AnnotationRecord,
  AnnotationSetsService,
} from '../annotations/annotation-sets.service.js';
import { MaskOutlines } from '../annotations/mask-outlines.service.js';
import { Environment } from '../config/environment.js';
import type {
  OpenedRepresentation,
  Representation,
} from '../http/representation/representation.js';
import { ServerTiming } from '../http/representation/server-timing.js';
import { type Affine, transformOf } from '../renditions/affine.js';
import type { Box } from '../renditions/boxes.js';
import { mediaTypeOfFormat, planName, type RenditionPlan } from '../renditions/rendition-plan.js';
import { planRendition } from '../renditions/rendition-planner.js';
import { annotationsIn, type RenditionRequest } from '../renditions/rendition-request.js';
import { FileStorage } from '../storage/file-storage.js';
import { errorCode } from '../storage/file-system-errors.js';
import { UndecodablePicture, UnrecognisedPicture } from './image-file.errors.js';
import { ImageFileService, type Rendition } from './image-file.service.js';
import { PictureFileLost } from './images.errors.js';
import { type AnnotationDrawing, drawingOf } from './overlay/annotation-drawing.js';
import { hasInside } from './overlay/mask-svg.js';
import { CopyMaker } from './copies/copy-maker.service.js';
import { renditionName } from './cache/rendition-name.js';
import { RenditionCache } from './rendition-cache.js';
import {
  contentTag,
  formatOfPicture,
  isTransparent,
  originalTag,
  type StoredPicture,
} from './stored-picture.js';

/** Of the digest of everything that a rendition depends on, in its entity tag. */
const TAG_DIGITS = 16;

/** A rendition that is wanted of a picture, with all that decides its bytes. */
export interface RenditionOrder {
  plan: RenditionPlan;
  /** From pixels of the upright picture to those of the rendition. */
  transform: Affine;
  /** Whether another one is made of the same request when an annotation changes. */
  isAboutAnnotations: boolean;
  /** Who waits for it: callers take turns with the decoders. */
  party?: string;
  /** What is drawn or cut out. */
  drawing?: AnnotationDrawing;
}

/** The use cases of what is made of pictures. */
@Injectable()
export class RenditionsService {
  constructor(
    private readonly imageFiles: ImageFileService,
    private readonly annotations: AnnotationSetsService,
    private readonly outlines: MaskOutlines,
    private readonly storage: FileStorage,
    private readonly cache: RenditionCache,
    private readonly copies: CopyMaker,
    private readonly environment: Environment,
  ) {}

  /**
   * Decides what is to be made for a request.
   * @param accepted media types that the client accepts, best first: for `format=auto`
   * @throws InvalidRequest | ScaleTooLarge | RenditionTooLarge | AnnotatedImageNotFound | AnnotationNotFound
   */
  async plan(
    caller: Caller,
    key: string,
    picture: StoredPicture,
    request: RenditionRequest,
    accepted: readonly string[],
  ): Promise<RenditionOrder> {
    const named = annotationsIn(request);
    const isAboutAnnotations = named.length > 0 || request.overlay === true;
    const set = isAboutAnnotations ? await this.annotations.requireSet(caller, key) : undefined;
    const byIndex = new Map(set?.annotations.map((annotation) => [annotation.index, annotation]));
    const missing = named.find((index) => !byIndex.has(index));
    if (missing !== undefined) throw new AnnotationNotFound(key, missing);

    const { width, height } = picture;
    const plan = planRendition(
      request,
      { width, height, format: formatOfPicture(picture), isTransparent: isTransparent(picture) },
      {
        limits: this.environment,
        accepted,
        places: new Map(named.map((index) => [index, boxOf(byIndex.get(index))])),
        hollow: new Set(named.filter((index) => isHollow(byIndex.get(index)))),
      },
    );
    const transform = transformOf(plan);
    const drawing = set && drawingOf(plan, transform, set.revision, byIndex, this.outlines);
    return { plan, transform, isAboutAnnotations, ...(drawing && { drawing }) };
  }

  /** The original bytes. */
  original(picture: StoredPicture): Representation {
    const { mediaType, bytes, sha256 } = picture;
    return {
      etag: originalTag(picture),
      mediaType,
      lastModified: picture.storedAt,
      bytes,
      sha256,
      open: () => this.openOriginal(picture),
    };
  }

  /**
   * What is made of a picture by an order; nothing is made before it is opened.
   * @param timings where the time goes is written down
   */
  rendition(picture: StoredPicture, order: RenditionOrder, timings: ServerTiming): Representation {
    const what = this.digestOf(picture, order);
    const name = renditionName(picture.storageKey, what);
    const hot = this.cache.peek(name);
    return {
      etag: `"${contentTag(picture)}-${what.slice(0, TAG_DIGITS)}"`,
      mediaType: mediaTypeOfFormat(order.plan.format),
      // Annotations change at other times.
      ...(!order.isAboutAnnotations && { lastModified: picture.storedAt }),
      ...(hot && { bytes: hot.body.length, sha256: hot.sha256 }),
      peek: peekFor(this.cache, name),
      find: () => this.cache.get(name),
      open: async (signal) => {
        const make = (waiting: AbortSignal) => this.make(picture, order, timings, waiting);
        const found = await this.cache.getOrMake(name, picture.storageKey, make, signal);
        timings.describe('cache', found.source);
        return found;
      },
    };
  }

  /** Told of each new picture, once its record is committed. Takes no time, and never fails. */
  pictureStored(picture: StoredPicture): void {
    this.copies.pictureStored(picture, (width, signal) => this.makePreview(picture, width, signal));
  }

  /** Told that somebody has opened a picture in a viewer, and will zoom. Takes no time, and never fails. */
  viewerOpened(picture: StoredPicture): void {
    this.copies.viewerOpened(picture);
  }

  private async makePreview(
    picture: StoredPicture,
    width: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { height, width: full } = picture;
    const plan = planRendition(
      { width, format: 'webp' },
      { width: full, height, format: formatOfPicture(picture) },
      { limits: this.environment, accepted: [], places: new Map() },
    );
    const order = { plan, transform: transformOf(plan), isAboutAnnotations: false };
    const name = renditionName(picture.storageKey, this.digestOf(picture, order));
    if (await this.cache.get(name)) return;
    const made = await this.make(picture, order, new ServerTiming(), signal);
    await this.cache.put(name, picture.storageKey, made);
  }

  /** Of everything that the bytes of a rendition depend on. */
  private digestOf(picture: StoredPicture, { plan, drawing }: RenditionOrder): string {
    const source = this.copies.sourceName(picture, plan);
    const parts = [this.imageFiles.pipeline, picture.sha256, source, planName(plan)];
    return createHash('sha256')
      .update([...parts, drawing?.revision ?? ''].join('\n'))
      .digest('hex');
  }

  /** @throws PictureFileLost | Overloaded | ScaleTooLarge | RenditionTooLarge | RenditionTooHeavy */
  private async make(
    picture: StoredPicture,
    { plan, drawing, party }: RenditionOrder,
    timings: ServerTiming,
    signal: AbortSignal,
  ): Promise<Rendition> {
    const drawn = await drawing?.make();
    try {
      const options = { signal, party, drawing: drawn };
      const rendition = await this.copies.withSource(picture, plan, signal, (source) =>
        this.imageFiles.render(source.path, source.picture, source.plan, {
          ...options,
          identity: source.identity,
        }),
      );
      for (const [step, ms] of Object.entries(rendition.timings)) timings.add(step, ms as number);
      return rendition;
    } catch (error) {
      // It was decoded when it came: what cannot be decoded now is not what was stored.
      const isLost =
        error instanceof UndecodablePicture ||
        error instanceof UnrecognisedPicture ||
        errorCode(error) === 'ENOENT';
      throw isLost ? new PictureFileLost({ cause: error }) : error;
    }
  }

  private async openOriginal(picture: StoredPicture): Promise<OpenedRepresentation> {
    const file = await this.storage.open(picture.storageKey);
    if (!file) throw new PictureFileLost();
    return { ...file, sha256: picture.sha256 };
  }
}

// On its own: what remembers it must not keep the order and the picture with it.
function peekFor(cache: RenditionCache, name: string) {
  return () => cache.peek(name);
}

function boxOf(annotation: AnnotationRecord | undefined): Box | null {
  if (!annotation?.bbox) return null;
  const [left, top, width, height] = annotation.bbox;
  return { left, top, width, height };
}

function isHollow(annotation: AnnotationRecord | undefined): boolean {
  return annotation !== undefined && !hasInside(annotation);
}
