import type { Size } from './boxes.js';

/** How a picture is brought to a width and a height, as CSS's object-fit and sharp name it. */
export const FITS = ['inside', 'outside', 'cover', 'contain', 'fill'] as const;
export type Fit = (typeof FITS)[number];

/** The size that is asked for; a side that is not given follows the picture's proportions. */
export interface WantedSize {
  width?: number;
  height?: number;
  fit: Fit;
  /** Whether pixels may become more than they were. */
  enlarge: boolean;
}

/** What the picture is resized to, and the size of what is kept of that. */
export interface Fitted {
  scaled: Size;
  kept: Size;
}

/**
 * Brings a size to a wanted one. Without `enlarge` no pixel is made larger: `inside`, `outside` and `fill` then
 * keep what is small enough, `contain` surrounds it, and `cover` makes the largest rendition of the wanted
 * proportions.
 */
export function fitted(picture: Size, { width, height, fit, enlarge }: WantedSize): Fitted {
  const [byWidth, byHeight] = [
    (width ?? Infinity) / picture.width,
    (height ?? Infinity) / picture.height,
  ];
  if (width === undefined || height === undefined)
    return whole(stretched(picture, bounded(Math.min(byWidth, byHeight), enlarge)));
  switch (fit) {
    case 'inside':
      return whole(stretched(picture, bounded(Math.min(byWidth, byHeight), enlarge)));
    case 'outside':
      return whole(stretched(picture, bounded(Math.max(byWidth, byHeight), enlarge)));
    case 'fill':
      return whole(stretched(picture, bounded(byWidth, enlarge), bounded(byHeight, enlarge)));
    case 'cover':
      return covering(picture, { width, height }, Math.max(byWidth, byHeight), enlarge);
    case 'contain':
      return containing(picture, { width, height }, bounded(Math.min(byWidth, byHeight), enlarge));
  }
}

/** A size times a factor, or one for each side, rounded; at least one pixel a side. */
export function stretched(size: Size, factor: number, factorOfHeight = factor): Size {
  return {
    width: Math.max(1, Math.round(size.width * factor)),
    height: Math.max(1, Math.round(size.height * factorOfHeight)),
  };
}

function covering(picture: Size, target: Size, factor: number, enlarge: boolean): Fitted {
  if (factor > 1 && !enlarge) return covering(picture, stretched(target, 1 / factor), 1, true);
  const scaled = stretched(picture, factor);
  const kept = {
    width: Math.min(target.width, scaled.width),
    height: Math.min(target.height, scaled.height),
  };
  return { scaled, kept };
}

function containing(picture: Size, target: Size, factor: number): Fitted {
  const scaled = stretched(picture, factor);
  return {
    scaled: {
      width: Math.min(scaled.width, target.width),
      height: Math.min(scaled.height, target.height),
    },
    kept: target,
  };
}

function whole(scaled: Size): Fitted {
  return { scaled, kept: scaled };
}

function bounded(factor: number, enlarge: boolean): number {
  return enlarge ? factor : Math.min(1, factor);
}
