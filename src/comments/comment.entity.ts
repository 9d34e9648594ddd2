import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { Image } from '../images/image.entity.js';

/** What somebody wrote about an image or one of its annotations. It goes with its image. */
@Entity('comments')
@Index('ix_comments_image_id', ['imageId', 'id'])
export class Comment {
  /** A UUIDv7: comments sort as they were made. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_comments' })
  id!: string;

  @Column({ type: 'bigint' })
  imageId!: string;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_comments_image' })
  image?: Relation<Image>;

  /** Of the annotation that it is about, which may have been deleted since; null: about the whole image. */
  @Column({ type: 'integer', nullable: true })
  annotationIndex!: number | null;

  @Column({ type: 'text' })
  text!: string;

  /** Name of the caller, null where nobody was asked for one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  author!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  updatedBy!: string | null;

  /** Null while it is open. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  resolvedAt!: Date | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  resolvedBy!: string | null;

  @Column({ type: 'integer' })
  version!: number;
}
