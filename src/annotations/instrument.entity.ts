import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

/**
 * A label that annotations carry: a row of its own, so that renaming it is one update. One that is gone stays as a
 * row, because annotations name it still: deleted ones, and all those of a label that was merged into another one. Such a
 * row is called what the other one is, so that whoever reads an annotation needs to know nothing of merges.
 */
@Entity('instruments')
@Index('uq_instruments_name', ['name'], { unique: true, where: '"removed_at" IS NULL' })
@Index('ix_instruments_merged_into', ['mergedInto'], { where: '"merged_into" IS NOT NULL' })
@Index('ix_instruments_relisting', ['id'], { where: 'relisting' })
export class Instrument {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_instruments',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  /** 1, and one more for each time that it was renamed or merged: entity tags of what shows the label count those. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  renamedAt!: Date | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  renamedBy!: string | null;

  /** The label that its annotations carry by now, which was never merged itself: over however many merges. */
  @Column({ type: 'bigint', nullable: true })
  mergedInto!: string | null;

  @ManyToOne(() => Instrument, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'merged_into', foreignKeyConstraintName: 'fk_instruments_merged_into' })
  target?: Relation<Instrument> | null;

  /** Since when it is no label any more. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  removedAt!: Date | null;

  /** Whether `image_instruments` may have images under this label that carry the one it was merged into. */
  @Column({ type: 'boolean', default: false })
  relisting!: boolean;
}
