import { hasAlpha, isLossy, mediaTypeOfFormat, type RenditionFormat } from './rendition-plan.js';

/** What every browser shows. */
const SHOWN_EVERYWHERE = new Set<RenditionFormat>(['jpeg', 'png', 'webp']);

/** What the format of a rendition must be able to do. */
export interface Needs {
  /** Some of it is transparent. */
  isTransparent: boolean;
  /** It is to be as small as is asked for. */
  isLossy: boolean;
}

/**
 * The best format for a client: the first that it names of AVIF, WebP and what every browser shows; wildcards name
 * none, for a client that accepts anything need not be able to show everything.
 * @param accepted media types of an Accept header, best first
 * @param own format of the picture
 */
export function negotiated(
  accepted: readonly string[],
  own: RenditionFormat,
  needs: Needs,
): RenditionFormat {
  const fallback = shownEverywhere(own, needs);
  const candidates: RenditionFormat[] = ['avif', 'webp', fallback];
  for (const type of accepted) {
    const named = candidates.find((format) => mediaTypeOfFormat(format) === type.toLowerCase());
    if (named) return named;
  }
  return fallback;
}

/** The picture's own format, if it will do; else one that keeps as much. */
function shownEverywhere(own: RenditionFormat, needs: Needs): RenditionFormat {
  const willDo = (format: RenditionFormat) =>
    (hasAlpha(format) || !needs.isTransparent) && (isLossy(format) || !needs.isLossy);
  if (SHOWN_EVERYWHERE.has(own) && willDo(own)) return own;
  const compressesAlike = isLossy(own) || needs.isLossy;
  return compressesAlike && !needs.isTransparent ? 'jpeg' : 'png';
}
