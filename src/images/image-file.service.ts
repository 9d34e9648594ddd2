import { open } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { captureDetailsOf } from './capture-details.js';
import {
  affordablePixels,
  type DecodedPicture,
  decodingBytes,
  encodingBytes,
} from './decode-memory.js';
import { inOurTerms } from './decoder-failure.js';
import { DecoderTurns } from './decoder-turns.js';
import {
  ScaleTooLarge,
  TooManyPixels,
  UndecodablePicture,
  UnrecognisedPicture,
} from './image-file.errors.js';
import { mediaTypeOf, SIGNATURE_BYTES, type PictureMediaType } from './picture-signature.js';
import { MAX_BLOCKS, MAX_SCANS, structureOf, type PictureStructure } from './picture-structure.js';
import type {
  ImageLimits,
  InspectedPicture,
  Picture,
  Rendition,
  RenderOptions,
  Size,
} from './picture.js';
import { largestScale, scaledSize } from './rendition-size.js';
import { outputOf } from './rendition-formats.js';

export type {
  ImageLimits,
  InspectedPicture,
  Picture,
  Rendition,
  RenderOptions,
} from './picture.js';

/** Rises with every change here that makes different bytes of the same request. */
const PIPELINE_REVISION = 2;
/** A ThumbHash keeps at most 7 frequencies a side: more pixels would only cost time on the main thread. */
const THUMB_SIDE = 32;

/** Damage fails, oddities pass: cameras write strange tags, and a colour transform of 7. */
const FAIL_ON = 'error';
/** Those whose pixels may have 16 bits. */
const DEEP = new Set<PictureMediaType>(['image/png', 'image/tiff', 'image/avif']);

// No picture is decoded twice from the same handle, and one thread a picture uses the cores best.
sharp.cache(false);
sharp.concurrency(1);
// libvips would also open SVG, PDF, raw formats and whatever a system-wide ImageMagick adds.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map(
    (name) => `VipsForeignLoad${name}`,
  ),
});

/** Looks at picture files and makes renditions of them. Files are only ever read. */
@Injectable()
export class ImageFileService {
  /** Names what made a rendition, for ETags and cache keys: the same name gives the same bytes. */
  readonly pipeline = `${PIPELINE_REVISION}-sharp-${sharp.versions.sharp}-vips-${sharp.versions.vips}`;
  readonly turns: DecoderTurns;

  constructor(private readonly limits: ImageLimits) {
    this.turns = new DecoderTurns(limits);
  }

  /**
   * Proves that the file at `path` is a whole picture of an accepted type, by decoding its first frame
   * completely, and says what it is. Limits are held by structure and header alone, before any decoding.
   * @param signal dropped, as long as its turn has not come, when this fires
   * @throws UnrecognisedPicture, UndecodablePicture, TooManyPixels, Overloaded, or the signal's reason
   */
  async inspect(path: string, signal?: AbortSignal): Promise<InspectedPicture> {
    return this.turns.inTime(signal, async (patience) => {
      const { mediaType, structure, bytes } = await this.survey(path);
      this.refuseTooMuch(structure);
      const header = await this.headerOf(path, mediaType, bytes, patience);
      this.refuseTooMuch(structure, header);
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
   * Makes a rendition of the picture at `path`: upright, in its own format, in sRGB with 8 bits a
   * channel, of exactly {@link renditionSize}, without metadata. Alpha stays, and so does losslessness.
   *
   * @throws ScaleTooLarge, Overloaded, UndecodablePicture, or the signal's reason
   */
  async render(path: string, picture: Picture, options: RenderOptions): Promise<Rendition> {
    return this.turns.inTime(options.signal, async (patience) => {
      const { mediaType } = picture;
      const size = this.renditionSize(picture, options.scale ?? 1);
      const { structure, bytes } = await this.survey(path);
      // A JPEG is spared another look at its header.
      const header = DEEP.has(mediaType)
        ? await this.headerOf(path, mediaType, bytes, patience)
        : undefined;
      const permit = this.renditionPermit({ ...picture, bytes, structure, header }, size);
      const pixels = size.width * size.height;
      const output = outputOf(mediaType, pixels, options.quality, structure.lossless);
      const render = () =>
        inOurTerms(mediaType, () =>
          this.upright(path, header)
            .resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
            .toFormat(output.format, output.settings)
            .toBuffer(),
        );
      // The file's bytes are in the permit; it is uploads that come many and large at once.
      const data = await this.turns.forDecode(permit, 0, render, patience);
      return { mediaType, ...size, data };
    });
  }

  /**
   * Width and height of a rendition: those of the upright picture times `scale`, rounded, at least 1.
   *
   * @throws ScaleTooLarge
   */
  renditionSize(picture: Size, scale: number): Size {
    const size = scaledSize(picture, scale, this.limits);
    if (!size) throw new ScaleTooLarge(largestScale(picture, this.limits));
    return size;
  }

  /** @throws ScaleTooLarge when the rendition needs more memory than there is for all */
  private renditionPermit(picture: DecodedPicture, size: Size): number {
    const { decodeMemory, maxOutputSide, maxPixels } = this.limits;
    const permit = decodingBytes(picture) + encodingBytes(picture, size.width * size.height);
    if (permit <= decodeMemory) return permit;
    const affordable = Math.max(1, affordablePixels(picture, decodeMemory));
    const limits = { maxOutputSide, maxPixels: Math.min(maxPixels, affordable) };
    throw new ScaleTooLarge(largestScale(picture, limits));
  }

  private async survey(path: string) {
    const file = await open(path, 'r');
    try {
      const head = Buffer.alloc(SIGNATURE_BYTES);
      const { bytesRead } = await file.read(head, 0, SIGNATURE_BYTES, 0);
      const mediaType = mediaTypeOf(head.subarray(0, bytesRead));
      if (!mediaType) throw new UnrecognisedPicture();
      const structure = await structureOf(file, mediaType, this.limits.maxFrames);
      return { mediaType, structure, bytes: (await file.stat()).size };
    } finally {
      await file.close();
    }
  }

  private async headerOf(
    path: string,
    mediaType: PictureMediaType,
    bytes: number,
    signal: AbortSignal,
  ): Promise<Metadata> {
    // Pixels are counted by refuseTooMuch, which says how many there are.
    const read = () =>
      inOurTerms(mediaType, () =>
        sharp(path, { failOn: FAIL_ON, limitInputPixels: false }).metadata(),
      );
    const header = await this.turns.forHeader(bytes, read, signal);
    // HEIC may call itself AVIF.
    if (header.format === 'heif' && header.compression !== 'av1') throw new UnrecognisedPicture();
    return header;
  }

  private refuseTooMuch(structure: PictureStructure, header?: Metadata): void {
    const { maxFrames, maxPixels, maxPixelsHeavy } = this.limits;
    if (structure.frames > maxFrames)
      throw new TooManyPixels(`it has more than ${maxFrames} frames`);
    if (structure.blocks > MAX_BLOCKS)
      throw new TooManyPixels(`it has more than ${MAX_BLOCKS} blocks`);
    if ((structure.scans ?? 1) > MAX_SCANS) {
      throw new TooManyPixels(`it has more than ${MAX_SCANS} scans`);
    }
    const ofFrames = header ? header.width * header.height : 0;
    const pixels = Math.max(structure.pixels ?? ofFrames * structure.frames, ofFrames);
    const heavy = header && (header.format === 'heif' || header.isProgressive);
    const allowed = heavy ? maxPixelsHeavy : maxPixels;
    if (pixels > allowed) throw new TooManyPixels(`${pixels} pixels, where ${allowed} are allowed`);
  }

  /** Decodes every row, which is the proof, and makes the ThumbHash of them on the way. */
  private async decodeWholly(
    path: string,
    picture: Picture,
    header: Metadata,
    { end }: PictureStructure,
  ): Promise<string> {
    const { mediaType, width, height } = picture;
    let rows = this.upright(path, header);
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

  /** The picture as people see it, before any resizing. */
  private upright(path: string, header?: Metadata): Sharp {
    const pipeline = sharp(path, { failOn: FAIL_ON, limitInputPixels: this.limits.maxPixels })
      .timeout({ seconds: Math.ceil(this.limits.renditionTimeoutMs / 1000) })
      // Phones store portrait photographs sideways: oriented first, a size is that of the upright picture.
      .autoOrient();
    // sharp takes 16-bit pictures with a profile to Display P3 and forgets to go on to sRGB.
    return header?.space === 'rgb16' && header.hasProfile
      ? pipeline.withIccProfile('srgb', { attach: false })
      : pipeline;
  }
}

function tooMuchMemory(bytes: number, allowed: number): TooManyPixels {
  return new TooManyPixels(`it takes ${bytes} bytes of memory, where ${allowed} are allowed`);
}
