import { ApiSchema, OmitType, PartialType } from '@nestjs/swagger';
import { AnnotationResponse } from '../../annotations/dto/annotation.response.js';
import { ImageResponse } from './image.response.js';

/** An annotation of which only some fields were asked for. */
@ApiSchema({
  name: 'SparseAnnotation',
  description: 'An annotation of which only some fields were asked for.',
})
export class SparseAnnotationResponse extends PartialType(AnnotationResponse) {}

class SparseFields extends PartialType(
  OmitType(ImageResponse, ['image_key', 'annotations'] as const),
) {}

/** An image of which only some fields were asked for (`fields`); its key is always there. */
@ApiSchema({
  name: 'SparseImage',
  description: 'An image of which only some fields were asked for; its key is always there.',
})
export class SparseImageResponse extends SparseFields {
  /** @example "tray-7/front" */
  image_key!: string;

  /** With the fields that were asked for. */
  annotations?: SparseAnnotationResponse[];
}

// By the compiler: every field, and nothing else.
const IMAGE_FIELDS: Record<keyof ImageResponse, true> = {
  image_key: true,
  client_id: true,
  created_at: true,
  hardware_id: true,
  ml_tag: true,
  location_id: true,
  user_id: true,
  review_state: true,
  annotations: true,
  file: true,
  received_at: true,
  updated_at: true,
  created_by: true,
  updated_by: true,
  deleted_at: true,
  version: true,
};
const ANNOTATION_FIELDS: Record<keyof AnnotationResponse, true> = {
  image_key: true,
  index: true,
  instrument: true,
  polygon: true,
  box: true,
  polyline: true,
  points: true,
  mask: true,
  attributes: true,
  source: true,
  confidence: true,
  bbox: true,
  area: true,
  centroid: true,
  created_at: true,
  updated_at: true,
  created_by: true,
  updated_by: true,
  version: true,
};

/** What can be asked for, as the wire spells it: `file`, `annotations`, `annotations.bbox`. */
export const SELECTABLE: readonly string[] = [
  ...Object.keys(IMAGE_FIELDS),
  ...Object.keys(ANNOTATION_FIELDS).map((name) => `annotations.${name}`),
];
