import type { Fault } from '../../errors/domain-error.js';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { turnedSize } from '../../renditions/affine.js';
import type { Box, Size } from '../../renditions/boxes.js';
import { isLossy, type RenditionPlan } from '../../renditions/rendition-plan.js';
import { DEFAULT_QUALITY, limitText } from '../../renditions/rendition-planner.js';
import { isWithin, type OutputLimits } from '../../renditions/scale.js';
import { FORMAT_NAMES, parseFormat, parseQuality, QUALITIES, qualityText } from './output.js';
import { type ImageParameter, refused } from './parameters.js';
import { parseRegion, regionText, resolveRegion } from './region.js';
import { parseRotation, type RotationRequest, rotationText } from './rotation.js';
import { parseSize, resolveSize, sizeText } from './size.js';

/** The parameters of an image request, as its path has them. */
export type ImageParameters = Readonly<Record<ImageParameter, string>>;

/** What an image request means. */
export interface PlannedImage {
  plan: RenditionPlan;
  /** The path below the image's own in its canonical form (IIIF Image API 3.0 section 4.8). */
  canonicalPath: string;
}

const EXPECTED: Readonly<Record<ImageParameter, string>> = {
  region: 'must be full, square, x,y,w,h in whole pixels or pct:x,y,w,h',
  size: 'must be max, w, or ,h or w,h or !w,h in whole pixels, or pct:n; with ^ in front, pixels may be invented',
  rotation: 'must be 0 to 360 degrees, with ! in front to mirror the picture before',
  quality: `must be one of ${QUALITIES.join(', ')}`,
  format: `must be one of ${FORMAT_NAMES.join(', ')}`,
};

/**
 * Reads an image request and decides how the rendition is made that it means.
 * @param picture the size of the upright picture
 * @throws InvalidRequest naming every parameter that is malformed, or the first that cannot be
 */
export function planImage(
  parameters: ImageParameters,
  picture: Size,
  limits: OutputLimits,
): PlannedImage {
  const wanted = parsed(parameters);
  const { rotation, colours, format } = wanted;
  const region = resolveRegion(wanted.region, picture);
  const scaled = resolveSize(wanted.size, region, limits);
  const size = sizeOnceTurned(scaled, rotation, limits);
  const plan: RenditionPlan = {
    region,
    scaled,
    frame: { left: 0, top: 0, ...scaled },
    mirrored: rotation.mirrored,
    turn: rotation.turn,
    size,
    colours,
    background: null,
    format,
    quality: isLossy(format) ? DEFAULT_QUALITY : null,
    keepsLossless: false,
    maxBytes: null,
    overlay: false,
    mask: null,
    sizedBy: 'size',
  };
  return { plan, canonicalPath: canonicalPath(plan, parameters.format, picture, limits) };
}

function parsed(texts: ImageParameters) {
  const region = parseRegion(texts.region);
  const size = parseSize(texts.size);
  const rotation = parseRotation(texts.rotation);
  const colours = parseQuality(texts.quality);
  const format = parseFormat(texts.format);
  if (region && size && rotation && colours && format)
    return { region, size, rotation, colours, format };
  const faults: Fault[] = Object.entries({ region, size, rotation, quality: colours, format })
    .filter(([, value]) => value === undefined)
    .map(([parameter]) => ({ parameter, detail: EXPECTED[parameter as ImageParameter] }));
  throw new InvalidRequest(faults);
}

// The limits of IIIF are about the size before turning; those of encoders and of memory are not.
function sizeOnceTurned(scaled: Size, { turn }: RotationRequest, limits: OutputLimits): Size {
  const size = turnedSize(scaled, turn);
  if (isWithin(size, limits)) return size;
  throw refused(
    'rotation',
    `makes a picture of ${size.width} × ${size.height} pixels, where there may be ${limitText(limits)}`,
  );
}

function canonicalPath(
  plan: RenditionPlan,
  format: string,
  picture: Size,
  limits: OutputLimits,
): string {
  const region: Box = plan.region;
  const size = sizeText(plan.scaled, region, limits).replace('^', '%5E');
  const quality = qualityText(plan.colours);
  return `${regionText(region, picture)}/${size}/${rotationText(plan)}/${quality}.${format}`;
}
