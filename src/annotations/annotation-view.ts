import { createHash } from 'node:crypto';
import { faultsNamed, InvalidRequest } from '../errors/invalid-request.js';
import { type Affine, chained, transformOf } from '../renditions/affine.js';
import type { Size } from '../renditions/boxes.js';
import { planRendition } from '../renditions/rendition-planner.js';
import {
  PictureVersionNotFound,
  RenditionTooLarge,
  ScaleTooLarge,
} from '../renditions/rendition.errors.js';
import { annotationsIn, type RenditionRequest } from '../renditions/rendition-request.js';
import type { OutputLimits } from '../renditions/scale.js';
import type { AnnotatedImage, AnnotationRecord } from './annotation.js';
import { AnnotationNotFound, PictureMissing } from './annotations.errors.js';
import { geometriesOf, type Mask } from './geometry/geometry.js';
import { movedGeometries } from './geometry/moved.js';
import { measuresOfGeometry } from './geometry/measures.js';
import { type Allowance, resampledMask } from './geometry/resampled-mask.js';

/** How many runs the masks of an answer are made of at most: some 20 MB, in a quarter of a second. */
const MOST_RUNS = 4_000_000;

/** The units of coordinates: pixels, or parts of the width and the height. */
export const SPACES = ['pixels', 'normalized'] as const;
export type Space = (typeof SPACES)[number];

/** In which coordinates annotations are wanted. */
export interface AnnotationView {
  space: Space;
  /** Of this rendition, instead of the upright picture. */
  for?: RenditionRequest;
  /** How the SHA-256 of the picture must begin. */
  version?: string;
}

/** Whether a view shows annotations as they are stored. */
export function isAsStored(view: AnnotationView): boolean {
  return view.for === undefined && view.space === 'pixels';
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
 * @throws InvalidRequest | ScaleTooLarge | RenditionTooLarge | PictureVersionNotFound naming `for`
 */
export function viewed(
  image: AnnotatedImage,
  annotations: AnnotationRecord[],
  view: AnnotationView,
  limits: OutputLimits,
): ViewedSet {
  if (isAsStored(view)) return { annotations };
  const { transform, size } = frameOf(image, annotations, view, limits);
  const target: Affine =
    view.space === 'normalized'
      ? chained(transform, [1 / size.width, 0, 0, 1 / size.height, 0, 0])
      : transform;
  const allow = allowanceOf(MOST_RUNS);
  const masksIn = (mask: Mask) => (view.for ? resampledMask(mask, transform, size, allow) : mask);
  return {
    annotations: annotations.map((annotation) =>
      annotation.mask
        ? withMask(annotation, masksIn(annotation.mask), size, view.space)
        : moved(annotation, target),
    ),
    revision: createHash('sha256').update(target.join()).digest('hex').slice(0, 16),
  };
}

function frameOf(
  image: AnnotatedImage,
  annotations: AnnotationRecord[],
  view: AnnotationView,
  limits: OutputLimits,
): { transform: Affine; size: Size } {
  const { size, format, sha256 } = image;
  if (!size || !format) throw new PictureMissing(image.key);
  if (view.version !== undefined && !sha256?.startsWith(view.version))
    throw new PictureVersionNotFound(image.key, 'for');
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

/** @throws InvalidRequest once more runs than these were asked for */
function allowanceOf(most: number): Allowance {
  let left = most;
  return (runs) => {
    left -= runs;
    if (left >= 0) return;
    const detail = `makes masks of more than ${most} runs together: ask for a smaller rendition`;
    throw new InvalidRequest([{ parameter: 'for', detail }]);
  };
}

/** Masks have pixels also where coordinates are parts of the picture; what is measured of them is in parts. */
function withMask(
  annotation: AnnotationRecord,
  mask: Mask,
  { width, height }: Size,
  space: Space,
): AnnotationRecord {
  const measures = measuresOfGeometry({ ...geometriesOf(annotation), mask });
  const { area, bbox, centroid } = measures;
  if (space === 'pixels') return { ...annotation, mask, ...measures };
  return {
    ...annotation,
    mask,
    area: area === null ? null : area / width / height,
    bbox: bbox && [bbox[0] / width, bbox[1] / height, bbox[2] / width, bbox[3] / height],
    centroid: centroid && [centroid[0] / width, centroid[1] / height],
  };
}

function moved(annotation: AnnotationRecord, transform: Affine): AnnotationRecord {
  const geometries = movedGeometries(annotation, transform);
  return { ...annotation, ...geometries, ...measuresOfGeometry(geometries) };
}
