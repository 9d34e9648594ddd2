import {
  type AnnotationDraft,
  type AnnotationRecord,
  withRenames,
} from '../annotations/annotation-sets.service.js';
import { variantTag, versionTag } from '../database/entity-tag.js';
import type { JsonText } from '../database/json-text.js';
import type { Image } from './image.entity.js';
import type { MlTag } from './ml-tag.js';
import type { ReviewState } from './review-state.js';

/** What a client says about a photograph. */
export interface ImageDetails {
  clientId: string;
  capturedAt: Date;
  hardwareId: string | null;
  mlTag: MlTag | null;
  locationId: string | null;
  userId: string | null;
}

/** A record to make. What is undefined is taken from the file's EXIF, if there is one. */
export interface ImageDraft extends Omit<ImageDetails, 'capturedAt' | 'hardwareId'> {
  /** Undefined: the server makes a UUIDv7. */
  key?: string;
  capturedAt?: Date;
  hardwareId?: string | null;
  annotations: AnnotationDraft[];
}

/** A record without a file, which alone tells when its photograph was taken. */
export interface RecordDraft extends ImageDraft {
  capturedAt: Date;
}

/** An image as it is shown: with its annotations, unless they were left out. */
export interface AnnotatedRecord {
  image: Image;
  annotations?: AnnotationRecord[];
}

/** An image whose annotations are JSON already, where nothing is done with them but to send them. */
export interface WrittenRecord {
  image: Image;
  written: JsonText;
}

/** How the annotations of listed images are wanted: not at all, as records, or as JSON. */
export type AnnotationForm = 'none' | 'records' | 'written';

/** A part of upright pictures, in pixels; its sides are longer than 0. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which images a list shows: different conditions are ANDed, several values of one are ORed. */
export interface ImageFilter {
  userIds?: string[];
  locationIds?: string[];
  clientIds?: string[];
  hardwareIds?: string[];
  mlTags?: MlTag[];
  /** Carrying at least one annotation with one of these labels. */
  instruments?: string[];
  /** Carrying at least one annotation with each of these labels. */
  allInstruments?: string[];
  /** Carrying no annotation with any of these labels. */
  noneOfInstruments?: string[];
  /** With at least one annotation whose box overlaps it; one of `instruments`, if these are given too. */
  overlaps?: Area;
  /** Of these only. */
  ids?: string[];
  /** Inclusive. */
  capturedFrom?: Date;
  /** Exclusive. */
  capturedTo?: Date;
  /** Inclusive; annotations are part of their image. */
  updatedSince?: Date;
  hasFile?: boolean;
  annotated?: boolean;
  minAnnotations?: number;
  maxAnnotations?: number;
  reviewStates?: ReviewState[];
  /** Accepted or rejected. */
  reviewed?: boolean;
  /** Part of the key, whatever its case. */
  keyPart?: string;
  /** Those in use, those in the trash, or both. */
  life: 'in-use' | 'trashed' | 'any';
}

/** The orders in which images are listed, as the wire spells them. */
export const IMAGE_SORTS = [
  '-created_at',
  'created_at',
  '-received_at',
  'received_at',
  'image_key',
  '-updated_at',
  'updated_at',
] as const;
export type ImageSort = (typeof IMAGE_SORTS)[number];

/**
 * The strong entity tag of an image, which carries its annotations.
 * @param renames of their labels, all together
 * @param variant which fields are shown; undefined: all of them
 */
export function imageTag(image: Image, renames: number, variant?: string): string {
  const whole = versionTag(...withRenames(renames, image.version, image.annotationSetVersion));
  return variant === undefined ? whole : variantTag(whole, variant);
}
