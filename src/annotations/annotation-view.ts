import { createHash } from 'node:crypto';
import { faultsNamed } from '../errors/invalid-request.js';
import { type Affine, chained, transformOf } from '../renditions/affine.js';
import type { Size } from '../renditions/boxes.js';
import { planRendition } from '../renditions/rendition-planner.js';
import { RenditionTooLarge, ScaleTooLarge } from '../renditions/rendition.errors.js';
import { annotationsIn, type RenditionRequest } from '../renditions/rendition-request.js';
import type { OutputLimits } from '../renditions/scale.js';
import type { AnnotatedImage, AnnotationRecord } from './annotation.js';
import { AnnotationNotFound, PictureMissing } from './annotations.errors.js';
import { movedGeometries } from './geometry/moved.js';
import { measuresOfGeometry } from './geometry/measures.js';

/** The units of coordinates: pixels, or parts of the width and the height. */
export const SPACES = ['pixels', 'normalized'] as const;
export type Space = (typeof SPACES)[number];

/** In which coordinates annotations are wanted. */
export interface AnnotationView {
  space: Space;
  /** Of this rendition, instead of the upright picture. */
  for?: RenditionRequest;
}

/** Annotations in the coordinates of a view. */
export interface ViewedSet {
  annotations: AnnotationRecord[];
  /** Changes with the coordinates; undefined where they are as stored. */
  revision?: string;
}

/**
 * Gives annotations in other coordinates than those of the upright picture.
 * @throws PictureMissing | AnnotationNotFound
 * @throws InvalidRequest | ScaleTooLarge | RenditionTooLarge naming `for`
 */
export function viewed(
  image: AnnotatedImage,
  annotations: AnnotationRecord[],
  view: AnnotationView,
  limits: OutputLimits,
): ViewedSet {
  if (view.for === undefined && view.space === 'pixels') return { annotations };
  const { transform, size } = frameOf(image, annotations, view, limits);
  const target: Affine =
    view.space === 'normalized'
      ? chained(transform, [1 / size.width, 0, 0, 1 / size.height, 0, 0])
      : transform;
  return {
    annotations: annotations.map((annotation) => moved(annotation, target)),
    revision: createHash('sha256').update(target.join()).digest('hex').slice(0, 16),
  };
}

function frameOf(
  image: AnnotatedImage,
  annotations: AnnotationRecord[],
  view: AnnotationView,
  limits: OutputLimits,
): { transform: Affine; size: Size } {
  const { size, format } = image;
  if (!size || !format) throw new PictureMissing(image.key);
  if (!view.for) return { transform: [1, 0, 0, 1, 0, 0], size };
  const boxes = new Map(annotations.map(({ index, bbox }) => [index, bbox]));
  const places = new Map(
    annotationsIn(view.for).map((index) => {
      const box = boxes.get(index);
      if (box === undefined) throw new AnnotationNotFound(image.key, index);
      return [index, box && { left: box[0], top: box[1], width: box[2], height: box[3] }] as const;
    }),
  );
  // As renditions have it: nothing lies inside of a line, or of points, that could be cut out.
  const hollow = new Set(
    annotations.filter(({ polyline, points }) => polyline ?? points).map(({ index }) => index),
  );
  const request = view.for;
  const plan = namedFor(() =>
    planRendition(request, { ...size, format }, { limits, accepted: [], places, hollow }),
  );
  return { transform: transformOf(plan), size: plan.size };
}

/** Whatever is wrong inside of `for` is said of `for`. */
function namedFor<T>(plan: () => T): T {
  try {
    return faultsNamed('for', plan);
  } catch (error) {
    const isTooLarge = error instanceof ScaleTooLarge || error instanceof RenditionTooLarge;
    throw isTooLarge ? error.inside('for') : error;
  }
}

function moved(annotation: AnnotationRecord, transform: Affine): AnnotationRecord {
  const geometries = movedGeometries(annotation, transform);
  return { ...annotation, ...geometries, ...measuresOfGeometry(geometries) };
}
