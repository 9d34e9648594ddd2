import type { RenditionFormat } from '../renditions/rendition-plan.js';
import type { AnnotatedImage, AnnotationRecord } from './annotation.js';
import { type ContentRow, contentOfRow } from './content-row.js';

/** An image as the statements on annotations read it. */
export interface ImageRow {
  image_id: string;
  image_key: string;
  client_id: string;
  file_width: number | null;
  file_height: number | null;
  file_media_type: `image/${RenditionFormat}` | null;
  file_sha256: string | null;
  annotation_set_version: number;
  highest_annotation_index: number;
  annotation_count: number;
  annotation_bytes: number;
  image_updated_at: Date;
  image_updated_by: string | null;
}

/** An annotation as it is read. */
export interface AnnotationRow extends ContentRow {
  image_id: string;
  index: number;
  instrument: string;
  created_at: Date;
  updated_at: Date;
  created_by: string | null;
  updated_by: string | null;
  version: number;
  renames: number;
  renamed_at: Date | null;
  renamed_by: string | null;
  content_bytes: number;
}

/** Of `images`. */
export const IMAGE_COLUMNS = `
  images.id AS image_id, images.image_key, images.client_id, images.file_width, images.file_height,
  images.file_media_type, images.file_sha256, images.annotation_set_version,
  images.highest_annotation_index, images.annotation_count, images.annotation_bytes,
  images.updated_at AS image_updated_at, images.updated_by AS image_updated_by`;

/** Of `annotations` and the `instruments` that they carry. */
export const ANNOTATION_COLUMNS = `
  annotations.image_id, annotations.index, instruments.name AS instrument, annotations.polygon, annotations.box,
  annotations.polyline, annotations.points, annotations.mask, annotations.attributes, annotations.source,
  annotations.confidence, annotations.bbox, annotations.area, annotations.centroid, annotations.created_at, annotations.updated_at, annotations.created_by,
  annotations.updated_by, annotations.version, instruments.version - 1 AS renames, instruments.renamed_at,
  instruments.renamed_by,
  annotations.content_bytes`;

export function toImage(row: ImageRow): AnnotatedImage {
  return {
    id: row.image_id,
    key: row.image_key,
    clientId: row.client_id,
    size:
      row.file_width === null || row.file_height === null
        ? undefined
        : { width: row.file_width, height: row.file_height },
    format: row.file_media_type?.slice('image/'.length) as RenditionFormat | undefined,
    sha256: row.file_sha256 ?? undefined,
    setVersion: row.annotation_set_version,
    highestIndex: row.highest_annotation_index,
    count: row.annotation_count,
    bytes: row.annotation_bytes,
    updatedAt: row.image_updated_at,
    updatedBy: row.image_updated_by,
  };
}

export function toRecord(row: AnnotationRow): AnnotationRecord {
  return {
    imageId: row.image_id,
    index: row.index,
    instrument: row.instrument,
    ...contentOfRow(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
    version: row.version,
    renames: row.renames,
    renamedAt: row.renamed_at,
    renamedBy: row.renamed_by,
    contentBytes: row.content_bytes,
  };
}
