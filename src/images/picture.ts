import type { Size } from '../renditions/boxes.js';
import type { CaptureDetails } from './capture-details.js';
import type { Drawing } from './rendition-pipeline.js';
import type { PictureMediaType } from './picture-signature.js';

/** What pictures may cost. */
export interface ImageLimits {
  /** Pixels of a file, summed over its frames, and of a rendition. */
  maxPixels: number;
  /** The same for files that decoders hold in memory whole: AVIF, progressive and interlaced ones. */
  maxPixelsHeavy: number;
  /** Frames or pages of a file; only the first is ever decoded. */
  maxFrames: number;
  /** Pixels of a side of a rendition. */
  maxOutputSide: number;
  /** How many decodes run at once: the number of cores. */
  decodes: number;
  /** Bytes that they may take together, by the estimates of decode-memory.ts; no picture may take more. */
  decodeMemory: number;
  /** How many more may wait. */
  decodeQueue: number;
  /** After this time, waiting included, nobody is kept waiting for a decode any more. */
  renditionTimeoutMs: number;
}

/** What must be known of a picture to make renditions; its size is that of the upright picture. */
export interface UprightPicture extends Size {
  /** The EXIF orientation that was applied, 1 (upright as stored) to 8. */
  orientation: number;
}

export interface Picture extends UprightPicture {
  mediaType: PictureMediaType;
}

/** What is kept of a picture beside its bytes. */
export interface InspectedPicture extends Picture {
  /** A ThumbHash (https://evanw.github.io/thumbhash/) of the upright picture, in base64. */
  thumbhash: string;
  capture: CaptureDetails;
}

export interface RenderOptions {
  /** A rendering that still waits for its turn when this fires is never begun. */
  signal?: AbortSignal;
  /** Who it is for: parties take turns. */
  party?: string;
  drawing?: Drawing;
  /** Names the file's bytes, about which everything is remembered that was seen before. */
  identity?: string;
}

export interface CopyOptions {
  /** What still waits for its turn when this fires is never begun. */
  signal: AbortSignal;
  /** Somebody waits for it; else it lets everybody go first. */
  isUrgent: boolean;
  /** Is told when it gets its turn. */
  began?: () => void;
}

export interface Rendition extends Size {
  mediaType: PictureMediaType;
  data: Buffer;
  timings: RenditionTimings;
}

/** In milliseconds. */
export interface RenditionTimings {
  /** Waiting for its turn. */
  queue: number;
  /** Decoding and everything up to the encoding; with the encoding, where that goes along. */
  decode: number;
  /** Undefined where it cannot be told from decoding. */
  encode?: number;
}
