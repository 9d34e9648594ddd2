import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { countOf } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { AuditFilter } from './audit-filter.js';

type Entries = SelectQueryBuilder<AuditEntry>;

/** The queries on the audit log. */
@Injectable()
export class AuditLogRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A page of the entries, newest first.
   * @param bounds the clients whose entries are seen; null: all entries
   */
  async list(
    bounds: readonly string[] | null,
    filter: AuditFilter,
    page: PageRequest,
  ): Promise<Page<AuditEntry>> {
    const entries = this.matching(bounds, filter);
    if (page.after) {
      const [at, id] = page.after;
      entries.andWhere('(entry.at, entry.id) < (:at::timestamptz, :id::bigint)', { at, id });
    }
    const found = await entries
      .orderBy('entry.at', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .limit(page.limit + 1)
      .getMany();
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: [last.at.toISOString(), last.id] } : {}),
      ...(page.count
        ? { total: await countOf(this.matching(bounds, filter), page.count, 'entry.id') }
        : {}),
    };
  }

  private matching(bounds: readonly string[] | null, filter: AuditFilter): Entries {
    const entries = this.dataSource.manager.createQueryBuilder(AuditEntry, 'entry');
    entries.where(bounds === null ? 'TRUE' : 'entry.clientId = ANY(:bounds)', { bounds });
    oneOf(entries, 'actor', filter.actors);
    oneOf(entries, 'action', filter.actions);
    oneOf(entries, 'subject', filter.subjects);
    oneOf(entries, 'clientId', filter.clientIds);
    oneOf(entries, 'requestId', filter.requestIds);
    if (filter.from) entries.andWhere('entry.at >= :from', { from: filter.from });
    if (filter.to) entries.andWhere('entry.at < :to', { to: filter.to });
    return entries;
  }
}

function oneOf(
  entries: Entries,
  property: keyof AuditEntry,
  values: readonly string[] | undefined,
): void {
  if (values) entries.andWhere(`entry.${property} = ANY(:${property})`, { [property]: values });
}
