import { open } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Metadata } from 'sharp';
import { inOurTerms } from './decoder-failure.js';
import type { DecoderTurns } from './decoder-turns.js';
import { UnrecognisedPicture } from './image-file.errors.js';
import { mediaTypeOf, SIGNATURE_BYTES, type PictureMediaType } from './picture-signature.js';
import { structureOf, type PictureStructure } from './picture-structure.js';

/** Those whose pixels may have 16 bits. */
const DEEP = new Set<PictureMediaType>(['image/png', 'image/tiff', 'image/avif']);
const MOST_REMEMBERED = 2_000;

/** What a file says of itself before anything of it is decoded. */
export interface SurveyedPicture {
  mediaType: PictureMediaType;
  structure: PictureStructure;
  bytes: number;
  /** What the decoder's own reader says; of a picture that is rendered, only where it may make a difference. */
  header?: Metadata;
}

/** Whether a picture has no colours; a GIF or a WebP always has. */
export function isGrey({ structure, header }: SurveyedPicture): boolean {
  return header ? header.channels < 3 : structure.components === 1;
}

/** Looks at picture files without decoding them. */
export class PictureSurvey {
  /** By identity: a file that was rendered once is as a rule rendered again soon, and tiles come by the hundred. */
  private readonly remembered = new LRUCache<string, SurveyedPicture>({ max: MOST_REMEMBERED });

  /** @param readHeader with the decoder's own reader */
  constructor(
    private readonly turns: Pick<DecoderTurns, 'forHeader'>,
    private readonly maxFrames: number,
    private readonly readHeader: (path: string) => Promise<Metadata>,
  ) {}

  /** @throws UnrecognisedPicture */
  async of(path: string): Promise<SurveyedPicture> {
    const file = await open(path, 'r');
    try {
      const head = Buffer.alloc(SIGNATURE_BYTES);
      const { bytesRead } = await file.read(head, 0, SIGNATURE_BYTES, 0);
      const mediaType = mediaTypeOf(head.subarray(0, bytesRead));
      if (!mediaType) throw new UnrecognisedPicture();
      const structure = await structureOf(file, mediaType, this.maxFrames);
      return { mediaType, structure, bytes: (await file.stat()).size };
    } finally {
      await file.close();
    }
  }

  /**
   * All that a rendition needs to know of a picture.
   * @param identity names the file's bytes: what was once seen of it is remembered
   * @throws UnrecognisedPicture | UndecodablePicture, or the signal's reason
   */
  async forRendition(
    path: string,
    identity: string | undefined,
    signal: AbortSignal,
  ): Promise<SurveyedPicture> {
    const known = identity === undefined ? undefined : this.remembered.get(identity);
    if (known) return known;
    const surveyed = await this.of(path);
    // A JPEG is spared another look at its header.
    if (DEEP.has(surveyed.mediaType)) surveyed.header = await this.headerOf(path, surveyed, signal);
    // Profiles and EXIF may be megabytes.
    const isSmall = !surveyed.header?.exif && !surveyed.header?.icc && !surveyed.header?.xmp;
    if (identity !== undefined && isSmall) this.remembered.set(identity, surveyed);
    return surveyed;
  }

  /** @throws UnrecognisedPicture | UndecodablePicture, or the signal's reason */
  async headerOf(
    path: string,
    { mediaType, bytes }: SurveyedPicture,
    signal: AbortSignal,
  ): Promise<Metadata> {
    const read = () => inOurTerms(mediaType, () => this.readHeader(path));
    const header = await this.turns.forHeader(bytes, read, signal);
    // HEIC may call itself AVIF.
    if (header.format === 'heif' && header.compression !== 'av1') throw new UnrecognisedPicture();
    return header;
  }
}
