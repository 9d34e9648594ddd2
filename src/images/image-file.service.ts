import { Injectable } from '@nestjs/common';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { captureDetailsOf } from './capture-details.js';
import type { CopySpec } from './copies/copy-choice.js';
import { type MadeCopy, makeLevels, makeWholeCopies } from './copies/copy-pipelines.js';
import {
  affordablePixels,
  copyingBytes,
  type DecodedPicture,
  decodingBytes,
  drawingBytes,
  encodingBytes,
} from './decode-memory.js';
import { inOurTerms } from './decoder-failure.js';
import type { DecoderGates } from './decoder-gates.js';
import { DecoderTurns } from './decoder-turns.js';
import { UndecodablePicture } from './image-file.errors.js';
import type { PictureMediaType } from './picture-signature.js';
import { isGrey, PictureSurvey } from './picture-survey.js';
import { refuseTooMuch, tooMuchMemory } from './picture-limits.js';
import type { PictureStructure } from './picture-structure.js';
import type {
  CopyOptions,
  ImageLimits,
  InspectedPicture,
  Picture,
  Rendition,
  RenderOptions,
  UprightPicture,
} from './picture.js';
import type { FromPixels } from './raw-pixels.js';
import { encoded } from './rendition-encoding.js';
import { carriedOut, type Drawing } from './rendition-pipeline.js';
import { limitText } from '../renditions/rendition-planner.js';
import { RenditionTooLarge, ScaleTooLarge } from '../renditions/rendition.errors.js';
import { mediaTypeOfFormat, type RenditionPlan } from '../renditions/rendition-plan.js';
import { largestScale } from '../renditions/scale.js';

export type {
  ImageLimits,
  InspectedPicture,
  Picture,
  Rendition,
  RenderOptions,
} from './picture.js';

/** Rises with every change here that makes different bytes of the same request. */
const PIPELINE_REVISION = 4;
/** A ThumbHash keeps at most 7 frequencies a side: more pixels would only cost time on the main thread. */
const THUMB_SIDE = 32;

/** Damage fails, oddities pass: cameras write strange tags, and a colour transform of 7. */
const FAIL_ON = 'error';
/** Those that lose nothing; a WebP's structure says which it is. */
const LOSSLESS = new Set<PictureMediaType>(['image/png', 'image/gif', 'image/tiff']);

// No picture is decoded twice from the same handle, and one thread a picture uses the cores best.
sharp.cache(false);
sharp.concurrency(1);
// libvips would also open SVG, PDF, raw formats and whatever a system-wide ImageMagick adds.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  // SVG only from memory, where what is drawn onto renditions comes from: pictures are read from files.
  operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif', 'SvgBuffer'].map(
    (name) => `VipsForeignLoad${name}`,
  ),
});

/** Looks at picture files and makes renditions of them. Files are only ever read. */
@Injectable()
export class ImageFileService {
  /** Names what made a rendition, for ETags and cache keys: the same name gives the same bytes. */
  readonly pipeline = `${PIPELINE_REVISION}-sharp-${sharp.versions.sharp}-vips-${sharp.versions.vips}`;
  readonly turns: DecoderTurns;
  private readonly survey: PictureSurvey;

  /** @param gates those of the service, where it has several processes */
  constructor(
    private readonly limits: ImageLimits,
    gates?: DecoderGates,
  ) {
    this.turns = new DecoderTurns(limits, gates);
    // Pixels are counted by refuseTooMuch, which says how many there are.
    this.survey = new PictureSurvey(this.turns, limits.maxFrames, (path) =>
      sharp(path, { failOn: FAIL_ON, limitInputPixels: false }).metadata(),
    );
  }

  /**
   * Proves that the file at `path` is a whole picture of an accepted type, by decoding its first frame
   * completely, and says what it is. Limits are held by structure and header alone, before any decoding.
   * @param signal dropped, as long as its turn has not come, when this fires
   * @throws UnrecognisedPicture, UndecodablePicture, TooManyPixels, Overloaded, or the signal's reason
   */
  async inspect(path: string, signal?: AbortSignal): Promise<InspectedPicture> {
    return this.turns.inTime(signal, async (patience) => {
      const surveyed = await this.survey.of(path);
      const { mediaType, structure, bytes } = surveyed;
      refuseTooMuch(structure, this.limits);
      const header = await this.survey.headerOf(path, surveyed, patience);
      refuseTooMuch(structure, this.limits, header);
      if (structure.end === 'missing') throw new UndecodablePicture(mediaType);

      const { width, height } = header.autoOrient;
      const picture = { mediaType, width, height, orientation: header.orientation ?? 1 };
      const permit = decodingBytes({ ...picture, bytes, structure, header });
      if (permit > this.limits.decodeMemory) throw tooMuchMemory(permit, this.limits.decodeMemory);
      const decode = () => this.decodeWholly(path, picture, header, structure);
      const thumbhash = await this.turns.forDecode(permit, bytes, decode, patience);
      const exif = mediaType === 'image/tiff' ? path : header.exif;
      return { ...picture, thumbhash, capture: exif ? await captureDetailsOf(exif) : {} };
    });
  }

  /**
   * Makes a rendition of the picture at `path`: upright, in sRGB with 8 bits a channel, without metadata, of
   * exactly the plan's size. Alpha stays where the format has it, and so does the losslessness of a WebP.
   * @param plan whose region is in pixels of this very file, upright
   * @throws ScaleTooLarge | RenditionTooLarge | RenditionTooHeavy | Overloaded | UndecodablePicture, or the
   *   signal's reason
   */
  async render(
    path: string,
    picture: UprightPicture,
    plan: RenditionPlan,
    { signal, drawing, party, identity }: RenderOptions = {},
  ): Promise<Rendition> {
    return this.turns.inTime(signal, async (patience) => {
      const surveyed = await this.survey.forRendition(path, identity, patience);
      const { mediaType, structure, header } = surveyed;
      const permit = this.renditionPermit({ ...picture, ...surveyed }, plan, drawing);
      const asked = performance.now();
      const render = async () => {
        const begun = performance.now();
        const made = await inOurTerms(mediaType, () => {
          const stored = this.open(path, header);
          // A grey picture would make its background grey as well.
          if (plan.background && isGrey(surveyed)) stored.pipelineColourspace('srgb');
          const pixels = carriedOut(stored, plan, picture, drawing);
          return encoded(pixels, plan, structure.lossless ?? false, fromPixels);
        });
        const { data, encode } = made;
        const decode = performance.now() - begun - (encode ?? 0);
        return { data, timings: { queue: begun - asked, decode, ...(encode && { encode }) } };
      };
      // The file's bytes are in the permit; it is uploads that come many and large at once.
      const made = await this.turns.forDecode(permit, 0, render, patience, party);
      return { mediaType: mediaTypeOfFormat(plan.format), ...plan.size, ...made };
    });
  }

  /**
   * Makes whole copies (copies/copy-choice.ts) of the picture at `path`, upright, in sRGB with 8 bits a channel.
   * @throws Overloaded | TookTooLong | TooManyPixels | UndecodablePicture, or the signal's reason
   */
  makeCopies(
    path: string,
    picture: Picture,
    specs: readonly CopySpec[],
    options: CopyOptions,
  ): Promise<MadeCopy[]> {
    return this.copying(path, picture, options, (open, keepsAll) =>
      makeWholeCopies(open(), picture, specs, keepsAll, fromPixels),
    );
  }

  /**
   * Writes tiled copies of the picture at `path`, the levels of a pyramid, to where `pathOf` says.
   * @throws as {@link makeCopies}; what was written by then stays
   */
  makeLevels(
    path: string,
    picture: Picture,
    specs: readonly CopySpec[],
    pathOf: (spec: CopySpec) => string,
    options: CopyOptions,
  ): Promise<void> {
    return this.copying(path, picture, options, (open, isLossless, hasAlpha) =>
      makeLevels(open, picture, specs, isLossless || hasAlpha, pathOf, fromPixels),
    );
  }

  private async copying<T>(
    path: string,
    picture: Picture,
    { signal, isUrgent, began }: CopyOptions,
    make: (open: () => Sharp, isLossless: boolean, hasAlpha: boolean) => Promise<T>,
  ): Promise<T> {
    const { mediaType } = picture;
    const surveyed = await this.survey.of(path);
    const { structure, bytes } = surveyed;
    const header =
      mediaType === 'image/jpeg' ? undefined : await this.survey.headerOf(path, surveyed, signal);
    const permit = copyingBytes({ ...picture, bytes, structure, header });
    if (permit > this.limits.decodeMemory) throw tooMuchMemory(permit, this.limits.decodeMemory);
    const isLossless = structure.lossless ?? LOSSLESS.has(mediaType);
    const open = () => this.open(path, header).autoOrient();
    const work = () => {
      began?.();
      return inOurTerms(mediaType, () => make(open, isLossless, header?.hasAlpha ?? false));
    };
    if (!isUrgent) return this.turns.inBackground(permit, work, signal);
    return this.turns.inTime(signal, (patience) => this.turns.forDecode(permit, 0, work, patience));
  }

  /** @throws ScaleTooLarge | RenditionTooLarge when it needs more memory than there is for all */
  private renditionPermit(
    picture: DecodedPicture,
    plan: RenditionPlan,
    drawing: Drawing | undefined,
  ): number {
    const { decodeMemory, maxOutputSide, maxPixels } = this.limits;
    const drawn = drawingBytes(drawing?.svg.length ?? 0);
    const permit = decodingBytes(picture) + encodingBytes(picture, plan) + drawn;
    if (permit <= decodeMemory) return permit;
    const affordable = Math.max(1, affordablePixels(picture, plan, decodeMemory - drawn));
    const limits = { maxOutputSide, maxPixels: Math.min(maxPixels, affordable) };
    if (plan.sizedBy === 'scale') throw new ScaleTooLarge(largestScale(plan.region, limits));
    throw new RenditionTooLarge(plan.sizedBy, limitText(limits));
  }

  /** Decodes every row, which is the proof, and makes the ThumbHash of them on the way. */
  private async decodeWholly(
    path: string,
    picture: Picture,
    header: Metadata,
    { end }: PictureStructure,
  ): Promise<string> {
    const { mediaType, width, height } = picture;
    let rows = this.open(path, header).autoOrient();
    // While it shrinks, the JPEG decoder may leave out the last rows and miss that they are not there.
    // A crop, even to the whole picture, keeps it from shrinking.
    if (mediaType === 'image/jpeg' && end !== 'present') {
      rows = rows.extract({ left: 0, top: 0, width, height });
    }
    const { data, info } = await inOurTerms(mediaType, () =>
      rows
        .resize(THUMB_SIDE, THUMB_SIDE, { fit: 'inside' })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
    if (info.channels !== 4) throw new UndecodablePicture(mediaType);
    return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
  }

  /** The picture as it is stored, before anything is done to it. */
  private open(path: string, header?: Metadata): Sharp {
    const pipeline = sharp(path, {
      failOn: FAIL_ON,
      limitInputPixels: this.limits.maxPixels,
    }).timeout({ seconds: Math.ceil(this.limits.renditionTimeoutMs / 1000) });
    // sharp takes 16-bit pictures with a profile to Display P3 and forgets to go on to sRGB.
    return header?.space === 'rgb16' && header.hasProfile
      ? pipeline.withIccProfile('srgb', { attach: false })
      : pipeline;
  }
}

const fromPixels: FromPixels = (raw) => sharp(raw.data, { raw });
