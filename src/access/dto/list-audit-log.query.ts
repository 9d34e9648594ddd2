import { ApiProperty } from '@nestjs/swagger';
import { IsArray, IsIn, IsOptional } from 'class-validator';
import { ListQuery } from '../../http/list.query.js';
import { ToArray } from '../../http/validation/conversions.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey, IsLabel } from '../../http/validation/text.js';
import type { AuditFilter } from '../audit-filter.js';
import { AUDITED_ACTIONS, type AuditedAction } from '../audited-actions.js';

const EACH = { each: true };
/** The path of an annotation whose image key has 1,024 bytes, all of them percent-encoded, is shorter. */
const MAX_SUBJECT_CHARACTERS = 4_096;

/** Which entries: different parameters are ANDed, a repeated one means "any of". */
export class ListAuditLogQuery extends ListQuery {
  /**
   * Done by one of these callers.
   * @example ["api-key:theatre-4 tablet"]
   */
  @ToArray()
  @IsArray()
  @IsLabel(MAX_SUBJECT_CHARACTERS, EACH)
  @IsOptional()
  actor?: string[];

  /** One of these deeds. */
  @ApiProperty({
    enum: AUDITED_ACTIONS,
    isArray: true,
    required: false,
    example: ['api-key.created', 'api-key.revoked'],
  })
  @ToArray()
  @IsArray()
  @IsIn(AUDITED_ACTIONS, EACH)
  @IsOptional()
  action?: AuditedAction[];

  /**
   * Done to what has one of these paths, percent-encoded as in the entries.
   * @example ["/images/tray-7%2Ffront"]
   */
  @ToArray()
  @IsArray()
  @IsLabel(MAX_SUBJECT_CHARACTERS, EACH)
  @IsOptional()
  subject?: string[];

  /**
   * Concerning one of these clients.
   * @example ["st-james"]
   */
  @ToArray()
  @IsArray()
  @IsKey(MAX_ID_BYTES, EACH)
  @IsOptional()
  client_id?: string[];

  /**
   * Done by one of these requests: their `X-Request-Id`.
   * @example ["5706b6d9-0241-491e-9e85-7ba6c70a0851"]
   */
  @ToArray()
  @IsArray()
  @IsLabel(255, EACH)
  @IsOptional()
  request_id?: string[];

  /** Done at this time or later. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  from?: string;

  /** Done before this time. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2099-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  to?: string;

  toFilter(): AuditFilter {
    return {
      actors: this.actor,
      actions: this.action,
      subjects: this.subject,
      clientIds: this.client_id,
      requestIds: this.request_id,
      from: this.from === undefined ? undefined : toInstant(this.from),
      to: this.to === undefined ? undefined : toInstant(this.to),
    };
  }
}
