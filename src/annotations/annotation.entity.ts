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
import { Image } from '../images/image.entity.js';
import { AnnotationContentColumns, ONE_GEOMETRY } from './annotation-content.entity.js';
import { Instrument } from './instrument.entity.js';

/**
 * A mark on an image: a label and, unless it is for the whole picture, a geometry. A deleted one stays
 * as a row without content that counts, so that its index is never given again and its versions go on.
 */
@Entity('annotations')
@Index('ix_annotations_instrument_id', ['instrumentId', 'imageId'], {
  where: '"deleted_at" IS NULL',
})
@Check('ck_annotations_index', `"index" >= 0`)
@Check('ck_annotations_source', `"source" IN ('human', 'model')`)
@Check('ck_annotations_confidence', `"confidence" BETWEEN 0 AND 1`)
@Check('ck_annotations_geometry', ONE_GEOMETRY)
export class Annotation extends AnnotationContentColumns {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'pk_annotations' })
  imageId!: string;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_annotations_image' })
  image?: Relation<Image>;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_annotations' })
  index!: number;

  @Column({ type: 'bigint' })
  instrumentId!: string;

  @ManyToOne(() => Instrument, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'instrument_id', foreignKeyConstraintName: 'fk_annotations_instrument' })
  instrument?: Relation<Instrument>;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  @Column({ type: 'text', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'text', nullable: true })
  updatedBy!: string | null;

  @Column({ type: 'integer' })
  version!: number;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;
}
