import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A request that its client may repeat, and what became of it. */
@Entity('idempotency_keys')
@Index('ix_idempotency_keys_created_at', ['createdAt'])
export class IdempotencyKey {
  /** Name of the caller whose key it is; empty where nobody is asked for one. */
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    default: '',
    primaryKeyConstraintName: 'pk_idempotency_keys',
  })
  caller!: string;

  /** Chosen by the client. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'pk_idempotency_keys' })
  key!: string;

  /** Hexadecimal SHA-256 of the request. */
  @Column({ type: 'text' })
  digest!: string;

  /** What the request made, in the words of whoever made it. */
  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
