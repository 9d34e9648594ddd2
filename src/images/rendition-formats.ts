import type { RenditionFormat } from '../renditions/rendition-plan.js';

/** How a rendition is encoded: a format by sharp's name for it, and that format's settings. */
export interface Output {
  format: RenditionFormat;
  settings: Record<string, boolean | number | string>;
}

/** What a format's encoder is told. */
export interface EncoderChoice {
  format: RenditionFormat;
  /** 1 to 100, where the format has one. */
  quality: number | null;
  lossless: boolean;
}

/**
 * Up to so many pixels a lossless WebP is packed well; beyond, quickly: it would take 50 bytes of memory a
 * pixel instead of 30, and twice the time, for a tenth of the file.
 */
export const WELL_PACKED_PIXELS = 2_000_000;

/**
 * Rows filtered by what packs best are a third smaller than sharp's own unfiltered ones; packed at level 2 that takes a
 * tenth more time, at 6 half as much again for next to nothing.
 */
export const PNG_SETTINGS = { compressionLevel: 2, adaptiveFiltering: true };

/** The encoder for a rendition of `pixels`. Settings are for speed where the picture hardly changes by them. */
export function outputOf({ format, quality, lossless }: EncoderChoice, pixels: number): Output {
  return { format, settings: settingsOf(format, quality ?? 100, lossless, pixels) };
}

function settingsOf(
  format: RenditionFormat,
  quality: number,
  lossless: boolean,
  pixels: number,
): Output['settings'] {
  switch (format) {
    case 'jpeg':
      // Huffman tables made to measure save 1 % of the bytes and cost 9 % of the time.
      return { quality, optimiseCoding: false };
    case 'png':
      return PNG_SETTINGS;
    case 'webp':
      return lossless
        ? { lossless, effort: pixels > WELL_PACKED_PIXELS ? 0 : 2 }
        : { quality, effort: 2 };
    case 'tiff':
      // sharp's own choice for TIFF is JPEG, which would make a lossless picture lossy.
      return { compression: 'deflate', predictor: 'horizontal' };
    case 'gif':
      return { effort: 3 };
    case 'avif':
      // Effort 2 takes five times as long, 4 (sharp's own) thirty times; chroma at full resolution costs a tenth.
      return { quality, effort: 0, chromaSubsampling: '4:4:4', bitdepth: 8 };
  }
}
