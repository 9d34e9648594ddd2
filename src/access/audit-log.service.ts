import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Page, PageRequest } from '../database/page.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { AuditFilter } from './audit-filter.js';
import { AuditLogRepository } from './audit-log.repository.js';
import type { AuditedAction } from './audited-actions.js';
import type { Caller } from './caller.js';

export type { AuditedAction } from './audited-actions.js';

/** The audit log: written in the transactions of the deeds, and read. */
@Injectable()
export class AuditLog {
  constructor(private readonly entries: AuditLogRepository) {}

  /**
   * Notes a deed in the transaction that does it: neither is there without the other.
   * @param subject path of what it is done to, without bodies: `pathOf('images', key)`
   * @param clientId whose image it concerns, if it concerns one
   */
  recordIn(
    manager: EntityManager,
    caller: Caller,
    action: AuditedAction,
    subject: string,
    clientId: string | null = null,
  ): Promise<void> {
    return this.recordAllIn(manager, caller, action, [{ subject, clientId }]);
  }

  /** The same of a deed that is done to several things at once: an entry for each. */
  async recordAllIn(
    manager: EntityManager,
    caller: Caller,
    action: AuditedAction,
    targets: readonly { subject: string; clientId: string | null }[],
  ): Promise<void> {
    if (targets.length === 0) return;
    const deed = { at: new Date(), actor: caller.name, action, requestId: caller.requestId };
    await manager.insert(
      AuditEntry,
      targets.map((target) => ({ ...deed, ...target })),
    );
  }

  /** A page of the entries, newest first: for a caller bound to clients those that concern one of these. */
  list(caller: Caller, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    return this.entries.list(caller.clientIds, filter, page);
  }
}
