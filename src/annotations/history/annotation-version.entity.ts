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
import { AnnotationContentColumns, ONE_GEOMETRY } from '../annotation-content.entity.js';
import type { VersionChange } from './annotation-version.js';

/**
 * An annotation as one change left it. Rows are written with the change itself and never changed; they go with
 * their image, or once they have been superseded for HISTORY_RETENTION_DAYS. The label is there
 * as it was called then, whatever it was renamed to since.
 */
@Entity('annotation_versions')
// By it, tidying up finds what superseded another version long ago: every version but the first.
@Index('ix_annotation_versions_at', ['at', 'imageId', 'index', 'version'], {
  where: '"version" > 1',
})
@Check(
  'ck_annotation_versions_change',
  `"change" IN ('created', 'replaced', 'deleted', 'restored', 'imported')`,
)
@Check('ck_annotation_versions_geometry', ONE_GEOMETRY)
export class AnnotationVersionRow extends AnnotationContentColumns {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'pk_annotation_versions' })
  imageId!: string;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_annotation_versions_image' })
  image?: Relation<Image>;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_annotation_versions' })
  index!: number;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_annotation_versions' })
  version!: number;

  /** The version that the image's set got by the same change. */
  @Column({ type: 'integer' })
  setVersion!: number;

  @Column({ type: 'text' })
  change!: VersionChange;

  /** By it, what is restored carries the label as it is called now. Labels stay as rows, also removed ones. */
  @Column({ type: 'bigint' })
  instrumentId!: string;

  /** The label's name at the time. */
  @Column({ type: 'text' })
  instrument!: string;

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
