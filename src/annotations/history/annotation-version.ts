import type { AnnotationContent, AnnotationRecord } from '../annotation.js';
import { contentOfRow } from '../content-row.js';
import type { GeometryMeasures } from '../geometry/measures.js';
import type { LabelStep } from '../label-lineage.js';

/** What made a version of an annotation. */
export const VERSION_CHANGES = ['created', 'replaced', 'deleted', 'restored', 'imported'] as const;
export type VersionChange = (typeof VERSION_CHANGES)[number];

// PostgreSQL's integer.
export const HIGHEST_VERSION = 2_147_483_647;

/** An annotation as one change left it; a deletion keeps the content that it took away. */
export interface AnnotationVersion extends AnnotationContent, GeometryMeasures {
  index: number;
  version: number;
  change: VersionChange;
  /** The label that it carried; `instrument` is what that was called then. */
  instrumentId: string;
  /** Size of the content as JSON. */
  contentBytes: number;
  /** When it became this, and by which caller. */
  at: Date;
  by: string | null;
  /** When the annotation was made whose version this is, and by which caller. */
  createdAt: Date;
  createdBy: string | null;
}

/** A version among the others of its annotation. */
export interface ListedVersion extends AnnotationVersion {
  /** What its label was called since, until the next version came. */
  labelSteps: LabelStep[];
}

/** The annotation that was there when this was its newest version. */
export function recordOf(imageId: string, version: AnnotationVersion): AnnotationRecord {
  return {
    imageId,
    index: version.index,
    instrument: version.instrument,
    ...contentOfRow(version),
    contentBytes: version.contentBytes,
    // It is named as it was then, whatever the label was renamed to since.
    renames: 0,
    renamedAt: null,
    renamedBy: null,
    createdAt: version.createdAt,
    updatedAt: version.at,
    createdBy: version.createdBy,
    updatedBy: version.by,
    version: version.version,
  };
}
