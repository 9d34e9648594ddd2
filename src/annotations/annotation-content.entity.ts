import { Column } from 'typeorm';
import type { AnnotationSource, Attributes } from './annotation.js';
import type { Polygon } from './geometry/polygon.js';

/** What is stored of a content but for its label, in an annotation and in each of its versions. */
export abstract class AnnotationContentColumns {
  /** Pixels of the upright picture. */
  @Column({ type: 'jsonb', nullable: true })
  polygon!: Polygon | null;

  @Column({ type: 'jsonb' })
  attributes!: Attributes;

  @Column({ type: 'text' })
  source!: AnnotationSource;

  @Column({ type: 'double precision', nullable: true })
  confidence!: number | null;

  /** `[x, y, width, height]` of the polygon. */
  @Column({ type: 'jsonb', nullable: true })
  bbox!: [number, number, number, number] | null;

  /** Square pixels. */
  @Column({ type: 'double precision', nullable: true })
  area!: number | null;

  /** Size of the content as JSON. */
  @Column({ type: 'integer' })
  contentBytes!: number;
}
