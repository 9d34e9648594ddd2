import { mediaTypeOfFormat, type RenditionFormat } from './rendition-plan.js';

/** What every browser shows; the others become PNG. */
const SHOWN_EVERYWHERE = new Set<RenditionFormat>(['jpeg', 'png', 'webp', 'avif']);

/**
 * The best format for a client: the first that it names of AVIF, WebP and the picture's own; wildcards name
 * none, for a client that accepts anything need not be able to show everything.
 * @param accepted media types of an Accept header, best first
 * @param own format of the picture
 */
export function negotiated(accepted: readonly string[], own: RenditionFormat): RenditionFormat {
  const fallback = SHOWN_EVERYWHERE.has(own) ? own : 'png';
  const candidates: RenditionFormat[] = ['avif', 'webp', fallback];
  for (const type of accepted) {
    const named = candidates.find((format) => mediaTypeOfFormat(format) === type.toLowerCase());
    if (named) return named;
  }
  // A picture that is AVIF itself is of no use to somebody who has not named it.
  return fallback === 'avif' ? 'jpeg' : fallback;
}
