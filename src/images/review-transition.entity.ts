import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { Image } from './image.entity.js';
import type { ReviewState } from './review-state.js';

/**
 * One step of an image's review, written in the transaction that takes it and never changed; it goes with its image.
 * That an image has annotations now, or none any more, is no step: their history tells that.
 */
@Entity('review_transitions')
@Index('ix_review_transitions_image_id', ['imageId', 'id'])
export class ReviewTransition {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_review_transitions',
  })
  id!: string;

  @Column({ type: 'bigint' })
  imageId!: string;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_review_transitions_image' })
  image?: Relation<Image>;

  @Column({ type: 'text' })
  fromState!: ReviewState;

  @Column({ type: 'text' })
  toState!: ReviewState;

  @Column({ type: 'text', nullable: true })
  note!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  /** Name of the caller, null where nobody was asked for one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  by!: string | null;
}
