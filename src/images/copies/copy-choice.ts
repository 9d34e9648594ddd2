import type { Box, Size } from '../../renditions/boxes.js';
import { isLossy, type RenditionPlan, showsAll } from '../../renditions/rendition-plan.js';
import type { PictureMediaType } from '../picture-signature.js';

/** What decides which copies a picture has: its size, upright, and how it was compressed. */
export interface CopiedPicture extends Size {
  mediaType: PictureMediaType;
}

/** A smaller stored copy of a picture, upright, in sRGB with 8 bits a channel. */
export interface CopySpec {
  /**
   * `whole` copies are read from the first row on, and have the picture's sides divided by 2^level and rounded;
   * `tiled` ones can be entered anywhere, and one of their pixels is 2^level × 2^level of the picture's.
   */
  layout: 'whole' | 'tiled';
  level: number;
}

/** A copy that can stand for the original in a plan, and what the plan's region is there. */
export interface CopySource {
  spec: CopySpec;
  /** Of the copy. */
  size: Size;
  region: Box;
}

/** Smaller pictures decode as fast as their copies. */
const FEWEST_PIXELS = 3_000_000;
const SHORTEST_LONG_SIDE = 200;
/** Where whole decodes are too slow for the tiles of a viewer. */
const PYRAMID_PIXELS = 8_000_000;
/** A viewer's first picture. */
const TOP_OF_PYRAMID = 1_024;
/**
 * Levels serve tiles, whose borders lie on this grid of a level's own pixels: a viewer asks for many. A pyramid for
 * one crop of an instrument would cost ten times the decode of the original.
 */
const GRID = 256;
/** More of a level takes as long as all of the original, whose decoder is the faster one. */
const MOST_OF_PICTURE = 1 / 8;
/** Up to this quality an encoded tile does not show that a level was compressed before. */
const MOST_QUALITY_OF_LEVELS = 85;
/** A reduction by less is one step of exact Lanczos in libvips; by more, the original is as good, or better. */
const MOST_REDUCTION = 4;

/** From which reductions on a level's whole copy is no worse than the original, by docs/decisions/0018-smaller-copies.md. */
const LEAST_REDUCTIONS: Readonly<Record<'jpeg' | 'other', ReadonlyMap<number, number>>> = {
  // libvips itself reads a JPEG smaller than it is, so its copies must be further from it.
  jpeg: new Map([
    [1, 1.59],
    [3, 1.25],
    [4, 5 / 3],
  ]),
  other: new Map([
    [1, 2],
    [2, 5 / 3],
    [3, 5 / 3],
    [4, 5 / 3],
  ]),
};
const LOSSLESS = new Set<PictureMediaType>(['image/png', 'image/gif', 'image/tiff']);

/** The whole copies that a picture has, largest first. */
export function copiesOf(picture: CopiedPicture): CopySpec[] {
  if (picture.width * picture.height < FEWEST_PIXELS) return [];
  return [...leastReductionsOf(picture).keys()]
    .map((level): CopySpec => ({ layout: 'whole', level }))
    .filter((spec) => longSide(copySize(picture, spec)) >= SHORTEST_LONG_SIDE);
}

/** The levels of a picture's pyramid, largest first; none for pictures that decode fast enough. */
export function levelsOf(picture: CopiedPicture): CopySpec[] {
  if (picture.width * picture.height <= PYRAMID_PIXELS) return [];
  const levels = [tiled(0)];
  while (longSide(copySize(picture, tiled(levels.length - 1))) > TOP_OF_PYRAMID)
    levels.push(tiled(levels.length));
  return levels;
}

export function copySize({ width, height }: Size, { layout, level }: CopySpec): Size {
  const round = layout === 'whole' ? Math.round : Math.ceil;
  return {
    width: Math.max(1, round(width / 2 ** level)),
    height: Math.max(1, round(height / 2 ** level)),
  };
}

/** A copy's own part of its name. */
export function copyName({ layout, level }: CopySpec): string {
  return `${layout}-${level}`;
}

/**
 * The copies from which a rendition is no worse than from the original, the fastest first; none if it has to
 * be the original.
 */
export function sourcesOf(picture: CopiedPicture, plan: RenditionPlan): CopySource[] {
  const wholes = copiesOf(picture).toReversed();
  const sources = wholes.map((spec) => wholeSource(picture, plan, spec));
  const level = levelSource(picture, plan);
  return [...sources, level].filter((source) => source !== undefined);
}

function wholeSource(
  picture: CopiedPicture,
  plan: RenditionPlan,
  spec: CopySpec,
): CopySource | undefined {
  const size = copySize(picture, spec);
  const region = scaledExactly(plan, picture, size);
  if (!region) return undefined;
  const [least, most] = reductions(region, plan.scaled);
  const from = leastReductionsOf(picture).get(spec.level) ?? Infinity;
  // Of the very size that is wanted, it is what would be made, if it lost nothing.
  const isIt = most === 1 && least === 1 && (spec.level > 1 || LOSSLESS.has(picture.mediaType));
  return isIt || (least >= from && most < MOST_REDUCTION) ? { spec, size, region } : undefined;
}

/** The region in pixels of a whole copy, if it is whole ones. */
function scaledExactly(plan: RenditionPlan, picture: Size, copy: Size): Box | undefined {
  if (showsAll(plan, picture)) return { left: 0, top: 0, ...copy };
  const { left, top, width, height } = plan.region;
  const region = {
    left: (left * copy.width) / picture.width,
    top: (top * copy.height) / picture.height,
    width: (width * copy.width) / picture.width,
    height: (height * copy.height) / picture.height,
  };
  return Object.values(region).every(Number.isInteger) ? region : undefined;
}

/** The coarsest level that has at least the pixels that are wanted, and the region on its grid. */
function levelSource(picture: CopiedPicture, plan: RenditionPlan): CopySource | undefined {
  if (showsAll(plan, picture)) return undefined;
  const isForgiving = isLossy(plan.format) && (plan.quality ?? 100) <= MOST_QUALITY_OF_LEVELS;
  if (!isForgiving && !LOSSLESS.has(picture.mediaType)) return undefined;
  const mostPixels = picture.width * picture.height * MOST_OF_PICTURE;
  for (const spec of levelsOf(picture).toReversed()) {
    const region = regionOnLevel(plan.region, picture, spec.level);
    if (!region || region.width * region.height > mostPixels) continue;
    if (reductions(region, plan.scaled)[0] >= 1)
      return { spec, size: copySize(picture, spec), region };
  }
  return undefined;
}

function regionOnLevel(region: Box, picture: Size, level: number): Box | undefined {
  const step = 2 ** level;
  const cell = GRID * step;
  const [right, bottom] = [region.left + region.width, region.top + region.height];
  const isBorder = (place: number, edge: number) => place % cell === 0 || place === edge;
  if (region.left % cell !== 0 || region.top % cell !== 0) return undefined;
  if (!isBorder(right, picture.width) || !isBorder(bottom, picture.height)) return undefined;
  const [left, top] = [region.left / step, region.top / step];
  return {
    left,
    top,
    width: Math.ceil(right / step) - left,
    height: Math.ceil(bottom / step) - top,
  };
}

/** How many pixels of a region become one, the fewer and the more of both directions. */
function reductions(region: Size, scaled: Size): [least: number, most: number] {
  const across = region.width / scaled.width;
  const down = region.height / scaled.height;
  return [Math.min(across, down), Math.max(across, down)];
}

function leastReductionsOf({ mediaType }: CopiedPicture): ReadonlyMap<number, number> {
  return LEAST_REDUCTIONS[mediaType === 'image/jpeg' ? 'jpeg' : 'other'];
}

function tiled(level: number): CopySpec {
  return { layout: 'tiled', level };
}

function longSide({ width, height }: Size): number {
  return Math.max(width, height);
}
