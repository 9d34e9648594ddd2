import type { OutputLimits } from '../../renditions/scale.js';
import type { IiifAddresses } from '../addresses.js';

/** An image with its picture, as manifests show it. */
export interface PresentedImage {
  key: string;
  clientId: string;
  capturedAt: Date;
  hardwareId: string | null;
  mlTag: string | null;
  locationId: string | null;
  userId: string | null;
  /** Pixels of the upright picture. */
  width: number;
  height: number;
}

type Points = readonly (readonly [number, number])[];

/** Where something is, in pixels of the upright picture: nothing of it for the whole picture, else one. */
export interface PresentedShape {
  /** A ring, or two opposite corners of a box; or rings, of which all but the first are holes. */
  polygon: { points?: Points | undefined; rings?: readonly Points[] | undefined } | null;
  box?: { x: number; y: number; width: number; height: number } | null;
  /** An open line. */
  polyline?: { points: Points } | null;
  /** Visibility 0: its place says nothing. */
  points?: { points: Points; visibility: readonly number[] } | null;
  /** The outline along the edges of its pixels as data of an SVG path; not there if it has too many corners. */
  mask?: { outline?: string | undefined } | null;
  /** `[x, y, width, height]` */
  bbox: readonly [number, number, number, number] | null;
}

/** What is marked on an image. */
export interface PresentedAnnotation extends PresentedShape {
  index: number;
  instrument: string;
  attributes: Readonly<Record<string, string | number | boolean>>;
  source: 'human' | 'model';
  /** 0 to 1. */
  confidence: number | null;
  createdAt: Date;
  updatedAt: Date;
}

/** An image, where it is, and how large renditions of it may be. */
export interface PlacedImage {
  image: PresentedImage;
  addresses: IiifAddresses;
  limits: OutputLimits;
}
