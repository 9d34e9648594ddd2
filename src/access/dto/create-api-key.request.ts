import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
} from 'class-validator';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey, IsLabel } from '../../http/validation/text.js';
import type { ApiKeyDraft } from '../api-keys.service.js';
import { ROLES, type Role } from '../role.js';
import { IsFuture } from './is-future.rule.js';

const MAX_CLIENTS = 500;

/** A new API key. It cannot grant a role or clients that its maker lacks. */
export class CreateApiKeyRequest {
  /**
   * What `created_by` and the audit log call its bearer, as `api-key:<name>`. Never given again, also after
   * the key was revoked.
   * @example "theatre-4 tablet"
   */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  name!: string;

  /** What its bearer may do; each role may also do what those before it may. */
  @ApiProperty({ enum: ROLES, example: 'capturer' })
  @IsIn(ROLES)
  role!: Role;

  /**
   * The clients whose images exist for its bearer; left out or null, those of all clients do.
   * @example ["st-james"]
   */
  @ApiProperty({
    type: String,
    isArray: true,
    nullable: true,
    required: false,
    minItems: 1,
    maxItems: MAX_CLIENTS,
    uniqueItems: true,
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_CLIENTS)
  @ArrayUnique()
  @IsKey(MAX_ID_BYTES, { each: true })
  @IsOptional()
  client_ids?: string[] | null;

  /** When it ends, in the future; left out or null, it holds until it is revoked. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    required: false,
    example: '2099-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsFuture()
  @IsOptional()
  expires_at?: string | null;

  toDraft(): ApiKeyDraft {
    return {
      name: this.name,
      role: this.role,
      clientIds: this.client_ids ?? null,
      expiresAt: typeof this.expires_at === 'string' ? toInstant(this.expires_at) : null,
    };
  }
}
