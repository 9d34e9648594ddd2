import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A member of the field staff. */
@Entity('users')
export class User {
  /** Chosen by the client; sorts by code point. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'pk_users' })
  id!: string;

  @Column({ type: 'text' })
  firstName!: string;

  @Column({ type: 'text' })
  lastName!: string;

  @Column({ type: 'text', nullable: true })
  role!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  updatedBy!: string | null;

  @Column({ type: 'integer' })
  version!: number;
}
