import type { AnnotationContent, AnnotationRecord } from './annotation.js';

/** What the rows of annotations and of their versions have in common, as the driver reads them. */
export type ContentRow = Pick<
  AnnotationContent,
  'polygon' | 'box' | 'polyline' | 'points' | 'mask' | 'attributes' | 'source' | 'confidence'
> &
  Pick<AnnotationRecord, 'bbox' | 'area' | 'centroid'>;
