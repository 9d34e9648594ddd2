import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from './role.js';

/** A credential of a program or a person. Only a digest of its secret is kept. */
@Entity('api_keys')
@Unique('uq_api_keys_name', ['name'])
@Check('ck_api_keys_role', `"role" IN ('viewer', 'annotator', 'capturer', 'admin')`)
export class ApiKey {
  /** The part of the key by which it is found. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'pk_api_keys' })
  prefix!: string;

  /** Never given again, also after the key was revoked: the audit log names keys by it. */
  @Column({ type: 'text', collation: 'C' })
  name!: string;

  /** Hexadecimal. The secret has 256 random bits, so that a slow hash would protect nothing. */
  @Column({ name: 'secret_sha256', type: 'text' })
  secretSha256!: string;

  @Column({ type: 'text' })
  role!: Role;

  /** The clients whose images exist for the key's bearer; null: all of them. */
  @Column({ type: 'text', array: true, nullable: true })
  clientIds!: string[] | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** To the minute. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  revokedAt!: Date | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  revokedBy!: string | null;
}
