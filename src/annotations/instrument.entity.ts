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
 * row, because deleted annotations carry it still; its name is free again.
 */
@Entity('instruments')
@Index('uq_instruments_name', ['name'], { unique: true, where: '"removed_at" IS NULL' })
@Index('ix_instruments_merged_into', ['mergedInto'], { where: '"merged_into" IS NOT NULL' })
export class Instrument {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_instruments',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  /** 1, and one more for each time that it was renamed: entity tags of what shows the label count those. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  renamedAt!: Date | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  renamedBy!: string | null;

  /** The label that its annotations are getting, or have got: who names this one means that one. */
  @Column({ type: 'bigint', nullable: true })
  mergedInto!: string | null;

  @ManyToOne(() => Instrument, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'merged_into', foreignKeyConstraintName: 'fk_instruments_merged_into' })
  target?: Relation<Instrument> | null;

  /** Since when it is no label any more. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  removedAt!: Date | null;
}
