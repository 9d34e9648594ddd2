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

type Ring = readonly (readonly [number, number])[];

/** What is marked on an image. */
export interface PresentedAnnotation {
  index: number;
  instrument: string;
  /** In pixels of the upright picture: a ring, or two opposite corners of a box; null for the whole picture. */
  polygon: { points?: Ring | undefined; rings?: readonly Ring[] | undefined } | null;
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
