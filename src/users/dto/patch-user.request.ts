import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { IsLabel } from '../../http/validation/text.js';
import type { UserContent } from '../users.service.js';

/** Fields of a user to change (RFC 7396): what is left out stays, null clears. */
export class PatchUserRequest {
  /** @example "Ada" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @MayBeAbsent()
  first_name?: string;

  /** @example "Lovelace" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @MayBeAbsent()
  last_name?: string;

  /** @example "surgeon" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @IsOptional()
  role?: string | null;

  toContent(): Partial<UserContent> {
    return {
      ...(this.first_name === undefined ? {} : { firstName: this.first_name }),
      ...(this.last_name === undefined ? {} : { lastName: this.last_name }),
      ...(this.role === undefined ? {} : { role: this.role }),
    };
  }
}
