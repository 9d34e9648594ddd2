import { isDeepStrictEqual } from 'node:util';
import type { Size } from '../renditions/boxes.js';
import type { RenditionFormat } from '../renditions/rendition-plan.js';
import { type Geometries, geometriesOf } from './geometry/geometry.js';
import { type GeometryMeasures, measuresOfGeometry } from './geometry/measures.js';

/** Who drew an annotation. */
export const ANNOTATION_SOURCES = ['human', 'model'] as const;
export type AnnotationSource = (typeof ANNOTATION_SOURCES)[number];

/** A flat object of what an application wants to keep with an annotation. */
export type Attributes = Record<string, string | number | boolean>;

/**
 * What is said about a part of a picture, or about all of it. Its geometry is in pixels of the upright picture; there
 * is none for the whole picture.
 */
export interface AnnotationContent extends Geometries {
  instrument: string;
  attributes: Attributes;
  source: AnnotationSource;
  /** 0 to 1. */
  confidence: number | null;
}

/** An annotation to store; without an index the server gives the next one. */
export interface AnnotationDraft extends AnnotationContent {
  index?: number;
}

/** A stored annotation, as it is read. */
export interface AnnotationRecord extends AnnotationContent, GeometryMeasures {
  imageId: string;
  index: number;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string | null;
  updatedBy: string | null;
  version: number;
  /** How often its label was renamed. */
  renames: number;
  /** When that was last, and by whom. */
  renamedAt: Date | null;
  renamedBy: string | null;
  /** Size of the content as JSON when it was stored: a label that is renamed changes no annotation. */
  contentBytes: number;
}

/** What an annotation looks like to its image: which size it must fit, what was used before. */
export interface AnnotatedImage {
  id: string;
  key: string;
  clientId: string;
  /** Of the upright picture; undefined while there is no file. */
  size: Size | undefined;
  /** The same holds for what the picture is stored as. */
  format: RenditionFormat | undefined;
  /** And for the hexadecimal SHA-256 of its bytes. */
  sha256: string | undefined;
  setVersion: number;
  highestIndex: number;
  count: number;
  bytes: number;
  updatedAt: Date;
  updatedBy: string | null;
}

/** What is stored of a content beside itself. */
export interface Measures extends GeometryMeasures {
  /** Size of the content as JSON. */
  contentBytes: number;
}

export function measuresOf(content: AnnotationContent): Measures {
  return {
    ...measuresOfGeometry(content),
    contentBytes: Buffer.byteLength(JSON.stringify(contentOf(content))),
  };
}

/**
 * What a draft asks for, for a digest of its request: kinds of geometry that it does not have are not named, so that a
 * request of before they came is equal to itself.
 */
export function requestedOf(draft: AnnotationDraft): object {
  const { box, polyline, points, mask, ...others } = draft;
  const later = Object.entries({ box, polyline, points, mask });
  return { ...others, ...Object.fromEntries(later.filter(([, geometry]) => geometry !== null)) };
}

/** Whether storing `b` over `a` would change nothing. */
export function isSameContent(a: AnnotationContent, b: AnnotationContent): boolean {
  return isDeepStrictEqual(contentOf(a), contentOf(b));
}

/** Nothing but the content, of whatever has one. */
export function contentOf(content: AnnotationContent): AnnotationContent {
  const { instrument, attributes, source, confidence } = content;
  return { instrument, ...geometriesOf(content), attributes, source, confidence };
}
