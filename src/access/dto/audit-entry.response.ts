import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AuditEntry } from '../audit-entry.entity.js';

/** Who did what to which, and when. */
@ApiSchema({ name: 'AuditEntry', description: 'Who did what to which, and when.' })
export class AuditEntryResponse {
  /** @example "2026-03-01T08:30:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  /**
   * The caller: `api-key:<name>`, `oidc:<subject>`, `operator` (the command line) or `service`; null where nobody
   * is asked who calls (AUTH=off).
   * @example "oidc:4f1c9a7e"
   */
  actor!: string | null;

  /** @example "api-key.created" */
  action!: string;

  /**
   * The path of what it was done to.
   * @example "/api-keys/k7m2q9x4ab"
   */
  subject!: string;

  /**
   * Whose image or key it concerns, if it is one client's.
   * @example "st-james"
   */
  client_id!: string | null;

  /**
   * The request that did it, as in `X-Request-Id` and in the log.
   * @example "5706b6d9-0241-491e-9e85-7ba6c70a0851"
   */
  request_id!: string | null;

  static from(entry: AuditEntry): AuditEntryResponse {
    return {
      at: entry.at.toISOString(),
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      client_id: entry.clientId,
      request_id: entry.requestId,
    };
  }
}
