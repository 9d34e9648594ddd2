import type { Box, Size } from './boxes.js';

/** What renditions can be encoded as. */
export const RENDITION_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const;
export type RenditionFormat = (typeof RENDITION_FORMATS)[number];

/** 0 to 255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * How a rendition is made of an upright picture, with every choice made: a region of it is resized, a frame of
 * that is kept, mirrored, turned, coloured and encoded, in this order. Equal plans make equal bytes.
 */
export interface RenditionPlan {
  /** In whole pixels of the upright picture. */
  region: Box;
  /** What the region is resized to, exactly. */
  scaled: Size;
  /** The part of the resized region that is kept; what reaches beyond it becomes background. */
  frame: Box;
  /** Left and right are exchanged, before turning. */
  mirrored: boolean;
  /** Degrees clockwise, 0 to below 360. */
  turn: number;
  /** Of the result. */
  size: Size;
  colours: 'color' | 'gray' | 'bitonal';
  /** null: transparent where the format can be, else white. */
  background: Rgb | null;
  format: RenditionFormat;
  /** 1 to 100; null where the format has none. */
  quality: number | null;
  /** A lossless WebP stays lossless, because nobody asked for another format. */
  keepsLossless: boolean;
  /** The rendition takes the best quality, up to `quality`, with which it has no more bytes. */
  maxBytes: number | null;
  /** Whether the annotations are drawn on it. */
  overlay: boolean;
  /** Index of the annotation of which everything outside is cut away. */
  mask: number | null;
  /** The parameter that decided the size: a refusal names it. No part of the plan's name. */
  sizedBy: SizeParameter;
}

export type SizeParameter = 'scale' | 'width' | 'height' | 'region' | 'size';

const LOSSY = new Set<RenditionFormat>(['jpeg', 'webp', 'avif']);
const TRANSPARENT = new Set<RenditionFormat>(['png', 'webp', 'avif', 'gif', 'tiff']);

/** Whether quality means something to a format. */
export function isLossy(format: RenditionFormat): boolean {
  return LOSSY.has(format);
}

/** Whether a format can leave pixels transparent. */
export function hasAlpha(format: RenditionFormat): boolean {
  return TRANSPARENT.has(format);
}

/** The media type of a format. */
export function mediaTypeOfFormat(format: RenditionFormat): `image/${RenditionFormat}` {
  return `image/${format}`;
}

/** Whether the rendition shows all of the picture, whatever its size. */
export function showsAll({ region }: RenditionPlan, picture: Size): boolean {
  return region.width === picture.width && region.height === picture.height;
}

/** Whether something of the frame lies outside of the resized region. */
export function reachesBeyond({ frame, scaled }: RenditionPlan): boolean {
  return (
    frame.left < 0 ||
    frame.top < 0 ||
    frame.left + frame.width > scaled.width ||
    frame.top + frame.height > scaled.height
  );
}

/** Canonical text of a plan: the same for all requests that mean the same rendition, and for no other. */
export function planName(plan: RenditionPlan): string {
  const { region, scaled, frame, mirrored, turn, colours, background, format, quality } = plan;
  const { keepsLossless, maxBytes, overlay, mask } = plan;
  return [
    boxName(region),
    `${scaled.width},${scaled.height}`,
    boxName(frame),
    `${mirrored ? '!' : ''}${turn}`,
    colours,
    background?.join(',') ?? '-',
    `${format}${keepsLossless ? '!' : ''}`,
    quality ?? '-',
    maxBytes ?? '-',
    overlay ? 'overlay' : '-',
    mask ?? '-',
  ].join('/');
}

function boxName({ left, top, width, height }: Box): string {
  return `${left},${top},${width},${height}`;
}
