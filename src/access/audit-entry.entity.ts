import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who did what to which, and when. Rows are only ever added (a trigger refuses everything else). */
@Entity('audit_log')
@Index('ix_audit_log_at', ['at', 'id'])
@Index('ix_audit_log_actor', ['actor', 'at', 'id'])
@Index('ix_audit_log_action', ['action', 'at', 'id'])
@Index('ix_audit_log_subject', ['subject', 'at', 'id'])
@Index('ix_audit_log_client_id', ['clientId', 'at', 'id'])
@Index('ix_audit_log_request_id', ['requestId', 'at', 'id'])
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_audit_log',
  })
  id!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  /** The caller's name, null where nobody was asked for one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  actor!: string | null;

  /** Such as `image.created`. */
  @Column({ type: 'text', collation: 'C' })
  action!: string;

  /** The path of what it was done to, such as `/images/tray-7%2Ffront`. */
  @Column({ type: 'text', collation: 'C' })
  subject!: string;

  /** Whose image it concerns, if it concerns one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  clientId!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  requestId!: string | null;
}
