import type { Size } from '../../renditions/boxes.js';
import { limitText } from '../../renditions/rendition-planner.js';
import { isWithin, type OutputLimits } from '../../renditions/scale.js';
import { DECIMAL, INTEGER, refused } from './parameters.js';

/** The size that a region is brought to (IIIF Image API 3.0 section 4.2). */
export interface SizeRequest {
  /** It began with `^`: the region may become larger than it is. */
  upscales: boolean;
  form:
    | { kind: 'max' }
    | { kind: 'width'; width: number }
    | { kind: 'height'; height: number }
    | { kind: 'percent'; percent: number }
    | { kind: 'exact' | 'inside'; width: number; height: number };
}

const FORM = new RegExp(
  `^(\\^?)(?:(max)|(${INTEGER}),|,(${INTEGER})|pct:(${DECIMAL})|(!?)(${INTEGER}),(${INTEGER}))$`,
);

/** @returns undefined if it is not the text of a size */
export function parseSize(text: string): SizeRequest | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, caret, max, width, height, percent, inside, w, h] = match;
  const upscales = caret === '^';
  if (max !== undefined) return { upscales, form: { kind: 'max' } };
  if (width !== undefined) return { upscales, form: { kind: 'width', width: Number(width) } };
  if (height !== undefined) return { upscales, form: { kind: 'height', height: Number(height) } };
  if (percent !== undefined)
    return { upscales, form: { kind: 'percent', percent: Number(percent) } };
  const kind = inside === '!' ? 'inside' : 'exact';
  return { upscales, form: { kind, width: Number(w), height: Number(h) } };
}

/**
 * The size in pixels that a region is brought to.
 * @throws InvalidRequest when that is nothing, more than the region has (without `^`), or beyond the limits
 */
export function resolveSize(
  { upscales, form }: SizeRequest,
  region: Size,
  limits: OutputLimits,
): Size {
  if (form.kind === 'max') return upscales ? largest(region, limits) : largestKept(region, limits);
  const size = sizeOf(form, region);
  if (size.width < 1 || size.height < 1)
    throw refused('size', 'leaves no pixel: each side must have at least one');
  // Also !w,h: whoever asks for more than there is has to say that pixels may be invented (^!w,h).
  if (!upscales && exceeds(size, region))
    throw refused(
      'size',
      `is larger than the region, which has ${region.width} × ${region.height} pixels: only ^ enlarges`,
    );
  if (isWithin(size, limits)) return size;
  if (form.kind === 'inside') return largest(region, limits);
  throw refused('size', `must be ${limitText(limits)}`);
}

/** As canonical addresses spell it. */
export function sizeText(size: Size, region: Size, limits: OutputLimits): string {
  if (isSame(size, largestKept(region, limits))) return 'max';
  if (isSame(size, largest(region, limits))) return '^max';
  return `${exceeds(size, region) ? '^' : ''}${size.width},${size.height}`;
}

function sizeOf(form: Exclude<SizeRequest['form'], { kind: 'max' }>, region: Size): Size {
  switch (form.kind) {
    case 'width':
      return ofWidth(form.width, region);
    case 'height':
      return ofHeight(form.height, region);
    case 'percent':
      return {
        width: Math.round((region.width * form.percent) / 100),
        height: Math.round((region.height * form.percent) / 100),
      };
    case 'exact':
      return { width: form.width, height: form.height };
    case 'inside':
      return form.width * region.height <= form.height * region.width
        ? ofWidth(form.width, region)
        : ofHeight(form.height, region);
  }
}

function ofWidth(width: number, region: Size): Size {
  return { width, height: Math.round((region.height * width) / region.width) };
}

function ofHeight(height: number, region: Size): Size {
  return { width: Math.round((region.width * height) / region.height), height };
}

/** The largest size of a region's proportions within the limits. */
function largest({ width, height }: Size, limits: OutputLimits): Size {
  const { maxOutputSide, maxPixels } = limits;
  const factor = Math.min(
    maxOutputSide / Math.max(width, height),
    Math.sqrt(maxPixels / (width * height)),
  );
  const sides = (whole: (length: number) => number) => ({
    width: Math.max(1, whole(width * factor)),
    height: Math.max(1, whole(height * factor)),
  });
  const nearest = sides(Math.round);
  return isWithin(nearest, limits) ? nearest : sides(Math.floor);
}

/** The same without enlarging. */
export function largestKept({ width, height }: Size, limits: OutputLimits): Size {
  return isWithin({ width, height }, limits)
    ? { width, height }
    : largest({ width, height }, limits);
}

function exceeds(size: Size, region: Size): boolean {
  return size.width > region.width || size.height > region.height;
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
