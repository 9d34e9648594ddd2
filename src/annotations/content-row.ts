import type { AnnotationContent, AnnotationRecord } from './annotation.js';
import { geometriesOf } from './geometry/geometry.js';

/** What the rows of annotations and of their versions have in common, as the driver reads them. */
export type ContentRow = Pick<
  AnnotationContent,
  'polygon' | 'box' | 'polyline' | 'points' | 'mask' | 'attributes' | 'source' | 'confidence'
> &
  Pick<AnnotationRecord, 'bbox' | 'area' | 'centroid'>;

/** What both have of it, without what else is in the row. */
export function contentOfRow(row: ContentRow): ContentRow {
  const { attributes, source, confidence, bbox, area, centroid } = row;
  return { ...geometriesOf(row), attributes, source, confidence, bbox, area, centroid };
}
