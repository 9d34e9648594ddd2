import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { User } from '../user.entity.js';

/** A member of the field staff. */
@ApiSchema({ name: 'User', description: 'A member of the field staff.' })
export class UserResponse {
  /** @example "ada" */
  id!: string;

  /** @example "Ada" */
  first_name!: string;

  /** @example "Byron" */
  last_name!: string;

  /** @example "field staff" */
  role!: string | null;

  /** @example "2026-03-01T08:00:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /** @example "2026-03-01T08:00:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  /** Name of the caller who made it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  created_by!: string | null;

  /** Name of the caller who changed it last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  updated_by!: string | null;

  /**
   * Raised by every change.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  static from(user: User): UserResponse {
    return {
      id: user.id,
      first_name: user.firstName,
      last_name: user.lastName,
      role: user.role,
      created_at: user.createdAt.toISOString(),
      updated_at: user.updatedAt.toISOString(),
      created_by: user.createdBy,
      updated_by: user.updatedBy,
      version: user.version,
    };
  }
}
