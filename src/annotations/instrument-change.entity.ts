import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import type { InstrumentAction } from './instrument-changes.js';
import { Instrument } from './instrument.entity.js';

/** What was done to a label on purpose, when and by whom. */
@Entity('instrument_changes')
@Index('ix_instrument_changes_instrument_id', ['instrumentId', 'id'])
@Index('ix_instrument_changes_from_name', ['fromName', 'id'])
@Index('ix_instrument_changes_to_name', ['toName', 'id'])
@Check('ck_instrument_changes_action', `"action" IN ('created', 'renamed', 'merged', 'deleted')`)
export class InstrumentChange {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_instrument_changes',
  })
  id!: string;

  /** Which label: its row outlasts its name. */
  @Column({ type: 'bigint' })
  instrumentId!: string;

  @ManyToOne(() => Instrument, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'instrument_id',
    foreignKeyConstraintName: 'fk_instrument_changes_instrument',
  })
  instrument?: Relation<Instrument>;

  /** The label that it was merged into. */
  @Column({ type: 'bigint', nullable: true })
  targetId!: string | null;

  @ManyToOne(() => Instrument, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'target_id', foreignKeyConstraintName: 'fk_instrument_changes_target' })
  target?: Relation<Instrument> | null;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  by!: string | null;

  @Column({ type: 'text' })
  action!: InstrumentAction;

  @Column({ type: 'text', collation: 'C', nullable: true })
  fromName!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  toName!: string | null;

  /** Images whose annotations it concerned, those in the trash too. */
  @Column({ type: 'integer' })
  imageCount!: number;

  @Column({ type: 'integer' })
  annotationCount!: number;

  /** Whether both are estimates. */
  @Column({ type: 'boolean', default: false })
  isEstimated!: boolean;
}
