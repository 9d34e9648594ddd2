import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsLabel } from '../../http/validation/text.js';
import type { UserContent } from '../users.service.js';

/** A user, whole: what is left out is cleared. */
export class ReplaceUserRequest {
  /** @example "Ada" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  first_name!: string;

  /** @example "Byron" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  last_name!: string;

  /**
   * What the user does, in the words of the organisation.
   * @example "field staff"
   */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @IsOptional()
  role?: string | null;

  toContent(): UserContent {
    return { firstName: this.first_name, lastName: this.last_name, role: this.role ?? null };
  }
}
