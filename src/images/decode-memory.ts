import type { Size } from '../renditions/boxes.js';
import type { RenditionPlan } from '../renditions/rendition-plan.js';
import type { PictureMediaType } from './picture-signature.js';
import type { PictureStructure } from './picture-structure.js';
import { WELL_PACKED_PIXELS } from './rendition-formats.js';

/** Of what libvips reads from a header, that which costs memory. */
export interface PictureHeader {
  channels: number;
  /** libvips' name of a channel's type: `uchar`, `ushort`, … */
  depth: string;
  bitsPerSample?: number;
  isProgressive?: boolean;
  exif?: Buffer;
  icc?: Buffer;
  iptc?: Buffer;
  xmp?: Buffer;
  tifftagPhotoshop?: Buffer;
}

/** What a decode's memory depends on, all of it known before the decode. */
export interface DecodedPicture extends Size {
  mediaType: PictureMediaType;
  /** Bytes of the file: decoders map it. */
  bytes: number;
  /** EXIF orientation, 1 (upright as stored) to 8. */
  orientation: number;
  structure: PictureStructure;
  /** What the decoder's own header reader says, where it was asked. */
  header?: PictureHeader;
}

/** Code, tables and buffers that every decode has. */
const BASE_BYTES = 24_000_000;
/** Rows that libvips keeps at each of the up to three steps of a pipeline. */
const KEPT_ROWS = 256;
const STEPS = 3;
/**
 * Of the next smaller sizes, in four channels and for each pixel of the picture: their pixels, and files that
 * compression made no smaller.
 */
const COPIED_BYTES = (4 + 4) / 3;
/** librsvg (of libvips 8.18) holds 39 bytes for each of a document that is one path of 1,000,000 corners. */
const HELD_OF_SVG = 45;
/** libvips copies each block of metadata on its way. */
const METADATA_COPIES = 4;

/**
 * The most memory that decoding a picture takes, in bytes, without what is made of it. Decoders that work row
 * by row hold some rows; the others hold the whole picture, each in its own way. The factors are from
 * measurements (libvips 8.18) of 24-megapixel pictures of noise, rounded up: the resident memory of a process
 * before and at the highest.
 */
export function decodingBytes(picture: DecodedPicture): number {
  const { mediaType, width, height, structure, header, bytes } = picture;
  const pixels = width * height;
  const rows = Math.max(KEPT_ROWS, structure.tileHeight ?? 0);
  const stream = STEPS * Math.min(pixels, longSide(picture) * rows) * pixelBytes(picture);
  // Turning needs all rows before the first one can go out.
  const turned = picture.orientation === 1 ? 0 : pixels * pixelBytes(picture);
  const held = pixels * heldBytes(mediaType, structure, header);
  return BASE_BYTES + bytes + stream + turned + held + METADATA_COPIES * metadataBytes(header);
}

/**
 * The most memory that making and encoding a rendition takes, in bytes, in addition to {@link decodingBytes}:
 * AVIF's encoder begins when the decoder has ended, but nobody promises that.
 */
export function encodingBytes(picture: DecodedPicture, plan: RenditionPlan): number {
  return pixelsIn(plan.size) * bytesPerPixel(picture, plan) + extraBytes(picture, plan);
}

/** The most memory that a renderer takes for the lines of an SVG document of so many bytes, in addition to its pixels. */
export function drawingBytes(svgBytes: number): number {
  return svgBytes * HELD_OF_SVG;
}

/** The most memory that making smaller copies takes, in bytes, with {@link decodingBytes}. */
export function copyingBytes(picture: DecodedPicture): number {
  return decodingBytes(picture) + COPIED_BYTES * picture.width * picture.height;
}

/** The largest rendition, in pixels, that is made within so many bytes: the inverse of both. */
export function affordablePixels(
  picture: DecodedPicture,
  plan: RenditionPlan,
  bytes: number,
): number {
  const left = bytes - decodingBytes(picture) - extraBytes(picture, plan);
  return Math.floor(left / bytesPerPixel(picture, plan));
}

function bytesPerPixel(picture: DecodedPicture, plan: RenditionPlan): number {
  const { mirrored, turn, maxBytes, overlay, mask } = plan;
  // Mirrored rows go along; turned ones wait for all of them, and so does what is encoded several times.
  const held = (turn !== 0 || mirrored ? 1 : 0) + (maxBytes !== null ? 1 : 0);
  // The drawing in RGBA, and libvips' working copy of both in floats.
  const drawn = overlay || mask !== null ? 8 : 0;
  return encoderBytes(picture, plan) + 4 * held + drawn;
}

function encoderBytes(picture: DecodedPicture, plan: RenditionPlan): number {
  switch (plan.format) {
    case 'jpeg':
      return 3;
    case 'png':
    case 'tiff':
      return 1.5 * channelsOf(picture);
    case 'webp':
      return staysLossless(picture, plan) ? 31 : 13;
    case 'gif':
      return 14;
    case 'avif':
      return 20;
  }
}

/** The first pixels of a lossless WebP may be packed well. */
function extraBytes(picture: DecodedPicture, plan: RenditionPlan): number {
  return staysLossless(picture, plan) ? 17 * WELL_PACKED_PIXELS : 0;
}

function staysLossless({ structure }: DecodedPicture, { keepsLossless }: RenditionPlan): boolean {
  return keepsLossless && Boolean(structure.lossless);
}

function pixelsIn({ width, height }: Size): number {
  return width * height;
}

/** Bytes for each pixel that a decoder holds of the whole picture. */
function heldBytes(
  mediaType: PictureMediaType,
  structure: PictureStructure,
  header: PictureHeader | undefined,
): number {
  switch (mediaType) {
    case 'image/jpeg':
      // Progressive: every coefficient, in two bytes.
      return structure.scans === undefined ? 0 : 2 * (structure.components ?? 4);
    case 'image/png':
      return header?.isProgressive ? header.channels * depthBytes(header) : 0;
    case 'image/tiff':
      return 0;
    case 'image/webp':
      // An animation has two canvases beside the frame.
      return structure.frames > 1 ? 12 : 4;
    case 'image/gif':
      return 6;
    case 'image/avif':
      return (header?.bitsPerSample ?? 8) > 8 ? 26 : 19;
  }
}

function pixelBytes(picture: DecodedPicture): number {
  return channelsOf(picture) * depthBytes(picture.header);
}

function channelsOf({ mediaType, structure, header }: DecodedPicture): number {
  const usual = mediaType === 'image/jpeg' ? 3 : 4;
  return header?.channels ?? structure.components ?? usual;
}

const DEPTHS: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  complex: 8,
  double: 8,
  dpcomplex: 16,
};

function depthBytes(header: PictureHeader | undefined): number {
  return header ? (DEPTHS[header.depth] ?? 16) : 1;
}

function metadataBytes(header: PictureHeader | undefined): number {
  const { exif, icc, iptc, xmp, tifftagPhotoshop } = header ?? {};
  const blocks = [exif, icc, iptc, xmp, tifftagPhotoshop];
  return blocks.reduce((bytes, block) => bytes + (block?.length ?? 0), 0);
}

/** A turned picture's rows are as long as it is high. */
function longSide({ width, height }: Size): number {
  return Math.max(width, height);
}
