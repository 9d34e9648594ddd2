import { Column } from 'typeorm';
import type { AnnotationSource, Attributes } from './annotation.js';
import type { Box, Keypoints, Mask, Polyline } from './geometry/geometry.js';
import type { Point, Polygon } from './geometry/polygon.js';

/** Of both tables: a content has one geometry, or none. */
export const ONE_GEOMETRY = 'num_nonnulls(polygon, box, polyline, points, mask) <= 1';

/** What is stored of a content but for its label, in an annotation and in each of its versions. */
export abstract class AnnotationContentColumns {
  /** Pixels of the upright picture, like those of every other geometry. */
  @Column({ type: 'jsonb', nullable: true })
  polygon!: Polygon | null;

  @Column({ type: 'jsonb', nullable: true })
  box!: Box | null;

  @Column({ type: 'jsonb', nullable: true })
  polyline!: Polyline | null;

  @Column({ type: 'jsonb', nullable: true })
  points!: Keypoints | null;

  @Column({ type: 'jsonb', nullable: true })
  mask!: Mask | null;

  @Column({ type: 'jsonb' })
  attributes!: Attributes;

  @Column({ type: 'text' })
  source!: AnnotationSource;

  @Column({ type: 'double precision', nullable: true })
  confidence!: number | null;

  /** `[x, y, width, height]` of the geometry. */
  @Column({ type: 'jsonb', nullable: true })
  bbox!: [number, number, number, number] | null;

  /** Square pixels. */
  @Column({ type: 'double precision', nullable: true })
  area!: number | null;

  /** `[x, y]` of its middle. */
  @Column({ type: 'jsonb', nullable: true })
  centroid!: Point | null;

  /** Size of the content as JSON. */
  @Column({ type: 'integer' })
  contentBytes!: number;
}
