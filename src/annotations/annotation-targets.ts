import { applyDecorators } from '@nestjs/common';
import { callerOf } from '../access/requires.decorator.js';
import { Refuses } from '../http/openapi.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { AnnotationIndexPipe } from '../http/validation/path-parameters.js';
import { AnnotationSetsService } from './annotation-sets.service.js';
import { AnnotationsService } from './annotations.service.js';

/** The route acts on the annotations of the image in its path. */
export function ActsOnImage() {
  return ActsOn(AnnotationSetsService, 'image-not-found', (sets, { image_key }, request) =>
    sets.requireImage(callerOf(request), image_key ?? ''),
  );
}

const ANNOTATION_INDEX = new AnnotationIndexPipe();

/** The route acts on the annotation in its path. */
export function ActsOnAnnotation() {
  return applyDecorators(
    Refuses('image-not-found'),
    ActsOn(
      AnnotationsService,
      'annotation-not-found',
      (annotations, { image_key, annotation_index }, request) =>
        annotations.requireAnnotation(
          callerOf(request),
          image_key ?? '',
          ANNOTATION_INDEX.transform(annotation_index),
        ),
    ),
  );
}

/** What any change of several annotations of an image may be refused for. */
export function RefusesEdits() {
  return Refuses(
    'annotation-set-changed',
    'annotation-conflict',
    'too-many-annotations',
    'no-next-index',
    'impossible-geometry',
    'unknown-instrument',
    'unknown-base-version',
  );
}
