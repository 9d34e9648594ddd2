import type { Fault } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { type Box, centredIn, type Size, turned, wholePixelsOf } from './boxes.js';
import { fitted, type Fitted, stretched } from './fit.js';
import { negotiated } from './format-negotiation.js';
import { RenditionTooLarge, ScaleTooLarge } from './rendition.errors.js';
import {
  hasAlpha,
  isLossy,
  reachesBeyond,
  type RenditionFormat,
  type RenditionPlan,
  type Rgb,
  type SizeParameter,
} from './rendition-plan.js';
import type { PlannedPicture, RenditionRequest } from './rendition-request.js';
import { isWithin, largestScale, type OutputLimits } from './scale.js';

export interface Circumstances {
  limits: OutputLimits;
  /** The media types that the client accepts, best first. */
  accepted: readonly string[];
  /** Where the annotations lie that the request names; null for one that marks no part of the picture. */
  places: ReadonlyMap<number, Box | null>;
  /** Those of them that nothing lies inside of: lines and points. */
  hollow?: ReadonlySet<number>;
}

/** Of lossy formats, where nobody asks for another. */
export const DEFAULT_QUALITY = 75;
const BEST_QUALITY = 100;
const WHITE: Rgb = [255, 255, 255];

/**
 * Makes every choice that a request leaves open.
 * @throws InvalidRequest naming every parameter that is impossible or contradicts another
 * @throws ScaleTooLarge | RenditionTooLarge
 */
export function planRendition(
  request: RenditionRequest,
  picture: PlannedPicture,
  circumstances: Circumstances,
): RenditionPlan {
  const faults = [...contradictionsIn(request), ...regionFaults(request, picture, circumstances)];
  if (faults.length > 0) throw new InvalidRequest(faults);

  const { limits, accepted } = circumstances;
  const region = regionOf(request, picture, circumstances.places);
  const turn = request.rotate ?? 0;
  const isSideways = turn % 180 !== 0;
  // Sizes are those of the rendition, so they are chosen on the picture as it will lie.
  const chosen = sizesOf(request, isSideways ? turned(region) : region);
  assertWithin(chosen, request, isSideways ? turned(region) : region, limits);
  const [scaled, kept] = isSideways
    ? [turned(chosen.scaled), turned(chosen.kept)]
    : [chosen.scaled, chosen.kept];

  const format = formatOf(request, picture, accepted);
  const plan: RenditionPlan = {
    region,
    scaled,
    frame: centredIn(scaled, kept),
    mirrored: false,
    turn,
    size: chosen.kept,
    colours: 'color',
    background: request.background === 'transparent' ? null : (request.background ?? null),
    format,
    quality: qualityOf(request, format),
    keepsLossless: request.format === undefined && format === 'webp',
    maxBytes: request.maxBytes ?? null,
    overlay: request.overlay ?? false,
    mask: request.mask ?? null,
    sizedBy: sizeParameterOf(request),
  };
  const further = formatFaults(plan, request);
  if (further.length > 0) throw new InvalidRequest(further);
  return { ...plan, background: effectiveBackground(plan, picture) };
}

function contradictionsIn(request: RenditionRequest): Fault[] {
  const { scale, width, height, fit = 'inside', enlarge, dpr = 1 } = request;
  const { region, pad = 0, mask, overlay } = request;
  const isSized = width !== undefined || height !== undefined;
  const faults: Fault[] = [];
  const refuse = (parameter: string, detail: string) => faults.push({ parameter, detail });
  if (scale !== undefined && isSized)
    refuse('scale', 'must not come together with width or height');
  // To say a default is no contradiction.
  if (fit !== 'inside' && !isSized) refuse('fit', 'needs width or height');
  if (enlarge && !isSized) refuse('enlarge', 'needs width or height');
  if (dpr !== 1 && !isSized && scale === undefined) refuse('dpr', 'needs scale, width or height');
  if (pad !== 0 && !(region && 'annotation' in region))
    refuse('pad', 'needs region=annotation:<index>');
  if (overlay && mask !== undefined) refuse('overlay', 'must not come together with mask');
  return faults;
}

function regionFaults(
  { region, mask }: RenditionRequest,
  { width, height }: PlannedPicture,
  { places, hollow }: Circumstances,
): Fault[] {
  const faults: Fault[] = [];
  // A label of the whole picture, or keypoints of which none is labelled.
  const placeless = (index: number) => `annotation ${index} marks no part of the picture`;
  if (region && 'annotation' in region) {
    if (places.get(region.annotation) === null)
      faults.push({ parameter: 'region', detail: placeless(region.annotation) });
  } else if (
    region &&
    (region.left + region.width > width || region.top + region.height > height)
  ) {
    faults.push({
      parameter: 'region',
      detail: `must lie inside the picture, which has ${width} × ${height} pixels`,
    });
  }
  if (mask !== undefined && places.get(mask) === null)
    faults.push({ parameter: 'mask', detail: placeless(mask) });
  else if (mask !== undefined && hollow?.has(mask))
    faults.push({
      parameter: 'mask',
      detail: `nothing lies inside of annotation ${mask}: it is a line, or points`,
    });
  return faults;
}

function regionOf(
  { region, pad = 0, mask }: RenditionRequest,
  picture: Size,
  places: Circumstances['places'],
): Box {
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  if (region && !('annotation' in region)) return region;
  // A cut-out shows what is cut out.
  const index = region?.annotation ?? mask;
  const place = index === undefined ? undefined : places.get(index);
  if (!place) return whole;
  const padded = {
    left: place.left - pad,
    top: place.top - pad,
    width: place.width + 2 * pad,
    height: place.height + 2 * pad,
  };
  return wholePixelsOf(padded, picture);
}

function sizesOf(request: RenditionRequest, shown: Size): Fitted {
  const { scale, width, height, fit = 'inside', enlarge = false, dpr = 1 } = request;
  if (width === undefined && height === undefined) {
    const scaled = stretched(shown, (scale ?? 1) * dpr);
    return { scaled, kept: scaled };
  }
  const onScreen = (side: number | undefined) =>
    side === undefined ? undefined : Math.max(1, Math.round(side * dpr));
  return fitted(shown, { width: onScreen(width), height: onScreen(height), fit, enlarge });
}

function assertWithin(
  { scaled, kept }: Fitted,
  request: RenditionRequest,
  shown: Size,
  limits: OutputLimits,
): void {
  if (isWithin(scaled, limits) && isWithin(kept, limits)) return;
  const parameter = sizeParameterOf(request);
  if (parameter === 'scale') throw new ScaleTooLarge(largestScale(shown, limits, request.dpr));
  const isTooHigh = kept.height > limits.maxOutputSide && kept.width <= limits.maxOutputSide;
  const before = `${scaled.width} × ${scaled.height} before it is cut, where there may be `;
  throw new RenditionTooLarge(
    parameter === 'width' && request.height !== undefined && isTooHigh ? 'height' : parameter,
    `${isWithin(kept, limits) ? before : ''}${limitText(limits)}`,
  );
}

/** What renditions may have, in words. */
export function limitText({ maxOutputSide, maxPixels }: OutputLimits): string {
  return `at most ${maxOutputSide} pixels a side and ${maxPixels} in all`;
}

function sizeParameterOf({ scale, width, height, region }: RenditionRequest): SizeParameter {
  if (width !== undefined) return 'width';
  if (height !== undefined) return 'height';
  // A whole picture that is too large as it is becomes possible by a scale.
  return region !== undefined && scale === undefined ? 'region' : 'scale';
}

function formatOf(
  { format, mask, background, maxBytes }: RenditionRequest,
  picture: PlannedPicture,
  accepted: readonly string[],
): RenditionFormat {
  const cutsOut = mask !== undefined && (background ?? 'transparent') === 'transparent';
  const own = cutsOut && !hasAlpha(picture.format) ? 'png' : picture.format;
  if (format !== 'auto') return format ?? own;
  const isTransparent = cutsOut || background === 'transparent' || picture.isTransparent === true;
  return negotiated(accepted, own, { isTransparent, isLossy: maxBytes !== undefined });
}

function qualityOf({ quality, maxBytes }: RenditionRequest, format: RenditionFormat) {
  if (!isLossy(format)) return null;
  return quality ?? (maxBytes === undefined ? DEFAULT_QUALITY : BEST_QUALITY);
}

function formatFaults(plan: RenditionPlan, request: RenditionRequest): Fault[] {
  const { format, maxBytes, mask, background } = plan;
  const faults: Fault[] = [];
  if (!hasAlpha(format) && mask !== null && !background)
    faults.push({
      parameter: 'format',
      detail: `${format} has no transparency for what mask cuts away: take another one, or a background`,
    });
  else if (!hasAlpha(format) && request.background === 'transparent')
    faults.push({
      parameter: 'background',
      detail: `cannot be transparent, because ${format} is not`,
    });
  if (maxBytes !== null && !isLossy(format))
    faults.push({
      parameter: 'max_bytes',
      detail: `needs a format with a quality: jpeg, webp or avif, where this is ${format}`,
    });
  return faults;
}

/** null where a background would not be seen, or would be the same. */
function effectiveBackground(plan: RenditionPlan, picture: PlannedPicture): Rgb | null {
  const { background, format, mask } = plan;
  if (!background) return null;
  const isSeen = hasAlpha(picture.format) || mask !== null || reachesBeyond(plan);
  const isUsual = !hasAlpha(format) && mask === null && background.join() === WHITE.join();
  return isSeen && !isUsual ? background : null;
}
