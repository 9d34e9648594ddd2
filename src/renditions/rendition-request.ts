import type { Box } from './boxes.js';
import type { Fit } from './fit.js';
import type { RenditionFormat, Rgb } from './rendition-plan.js';

/** Formats that can be asked for; `auto` leaves the choice to what the client accepts. */
export const REQUESTED_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'auto'] as const;
export type RequestedFormat = (typeof REQUESTED_FORMATS)[number];

/** Degrees clockwise. */
export const ROTATIONS = [0, 90, 180, 270] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** What a client says about the rendition it wants; each part is of the right type, and may contradict another. */
export interface RenditionRequest {
  /** Factor of the width and height of what is shown, > 0. */
  scale?: number;
  /** Pixels of the rendition. */
  width?: number;
  height?: number;
  fit?: Fit;
  enlarge?: boolean;
  /** Pixels of the screen for each one that was asked for. */
  dpr?: number;
  /** In pixels of the upright picture, or what an annotation marks. */
  region?: Box | { annotation: number };
  /** Pixels of the upright picture to show around an annotation. */
  pad?: number;
  rotate?: Rotation;
  format?: RequestedFormat;
  /** 1 to 100. */
  quality?: number;
  background?: Rgb | 'transparent';
  maxBytes?: number;
  overlay?: boolean;
  /** Index of an annotation. */
  mask?: number;
}

/** What must be known of a picture to plan a rendition of it. */
export interface PlannedPicture {
  /** Pixels of the upright picture. */
  width: number;
  height: number;
  format: RenditionFormat;
  /** Whether some of it is, as far as that is known. */
  isTransparent?: boolean;
}

/** The indexes of the annotations whose places a request depends on. */
export function annotationsIn({ region, mask }: RenditionRequest): number[] {
  const ofRegion = region && 'annotation' in region ? [region.annotation] : [];
  return mask === undefined ? ofRegion : [...new Set([...ofRegion, mask])];
}
