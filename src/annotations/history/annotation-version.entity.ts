import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { Image } from '../../images/image.entity.js';
import type { AnnotationSource, Attributes } from '../annotation.js';
import type { Polygon } from '../geometry/polygon.js';
import type { VersionChange } from './annotation-version.js';

/**
 * An annotation as one change left it. Rows are written with the change itself and never changed; they go with
 * their image, or once they have been superseded for HISTORY_RETENTION_DAYS. The label is a text, because labels
 * are renamed, and what was seen then stays what it was called then.
 */
@Entity('annotation_versions')
// By it, tidying up finds what superseded another version long ago: every version but the first.
@Index('ix_annotation_versions_at', ['at', 'imageId', 'index', 'version'], {
  where: '"version" > 1',
})
@Check(
  'ck_annotation_versions_change',
  `"change" IN ('created', 'replaced', 'deleted', 'restored', 'imported', 'relabelled')`,
)
export class AnnotationVersionRow {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'pk_annotation_versions' })
  imageId!: string;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_annotation_versions_image' })
  image?: Relation<Image>;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_annotation_versions' })
  index!: number;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_annotation_versions' })
  version!: number;

  @Column({ type: 'text' })
  change!: VersionChange;

  /** By it, what is restored carries the label as it is called now. Labels stay as rows, also removed ones. */
  @Column({ type: 'bigint' })
  instrumentId!: string;

  /** The label's name at the time. */
  @Column({ type: 'text' })
  instrument!: string;

  @Column({ type: 'jsonb', nullable: true })
  polygon!: Polygon | null;

  @Column({ type: 'jsonb' })
  attributes!: Attributes;

  @Column({ type: 'text' })
  source!: AnnotationSource;

  @Column({ type: 'double precision', nullable: true })
  confidence!: number | null;

  @Column({ type: 'jsonb', nullable: true })
  bbox!: [number, number, number, number] | null;

  @Column({ type: 'double precision', nullable: true })
  area!: number | null;

  /** Size of the content as JSON: a page of a history ends early by it. */
  @Column({ type: 'integer' })
  contentBytes!: number;

  /** Of the annotation, not of the version. */
  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'text', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column({ type: 'text', nullable: true })
  by!: string | null;
}
