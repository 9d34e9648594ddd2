import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ApiKey } from '../api-key.entity.js';
import { ROLES, type Role } from '../role.js';

/** A credential of a program or a person, without its secret. */
@ApiSchema({ name: 'ApiKey', description: 'A credential of a program or a person.' })
export class ApiKeyResponse {
  /** @example "theatre-4 tablet" */
  name!: string;

  /**
   * The part of the key that is no secret.
   * @example "k7m2q9x4ab"
   */
  prefix!: string;

  /** What its bearer may do. */
  @ApiProperty({ enum: ROLES, example: 'capturer' })
  role!: Role;

  /**
   * The clients whose images exist for its bearer; null: those of all.
   * @example ["st-james"]
   */
  @ApiProperty({ type: String, isArray: true, nullable: true })
  client_ids!: string[] | null;

  /**
   * Who made it, if it was known.
   * @example "api-key:operations"
   */
  created_by!: string | null;

  /** @example "2026-03-01T08:00:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /** @example "2099-01-01T00:00:00.000Z" */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  expires_at!: string | null;

  /**
   * To the minute.
   * @example "2026-03-01T08:30:00.000Z"
   */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  last_used_at!: string | null;

  /** @example "2026-06-01T08:00:00.000Z" */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  revoked_at!: string | null;

  /** @example "api-key:operations" */
  revoked_by!: string | null;

  static from(key: ApiKey): ApiKeyResponse {
    return {
      name: key.name,
      prefix: key.prefix,
      role: key.role,
      client_ids: key.clientIds,
      created_by: key.createdBy,
      created_at: key.createdAt.toISOString(),
      expires_at: key.expiresAt?.toISOString() ?? null,
      last_used_at: key.lastUsedAt?.toISOString() ?? null,
      revoked_at: key.revokedAt?.toISOString() ?? null,
      revoked_by: key.revokedBy,
    };
  }
}
