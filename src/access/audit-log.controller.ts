import { Controller, Get, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Position } from '../database/page.js';
import { AnswersPage } from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import type { Reply } from '../http/reply.js';
import { parseInstant } from '../http/validation/instant.js';
import { AuditLog } from './audit-log.service.js';
import type { Caller } from './caller.js';
import { AuditEntryResponse } from './dto/audit-entry.response.js';
import { ListAuditLogQuery } from './dto/list-audit-log.query.js';
import { CurrentCaller, Requires } from './requires.decorator.js';

const NEWEST_FIRST = 'audit-log:-at';
// PostgreSQL's bigint has 19 digits; the largest number of 18 is surely one.
const ENTRY_ID = /^\d{1,18}$/;

@ApiTags('access')
@Controller('audit-log')
export class AuditLogController {
  constructor(private readonly auditLog: AuditLog) {}

  /**
   * List what was done
   * @remarks Newest first; a page at a time. Entries are only ever added. A caller who is bound to clients sees those
   * that concern one of these.
   */
  @Requires('admin')
  @Get()
  @AnswersPage(AuditEntryResponse)
  async listAuditLog(
    @CurrentCaller() caller: Caller,
    @Query() query: ListAuditLogQuery,
    @Req() request: Request,
  ): Promise<Reply<AuditEntryResponse[] | StreamableFile>> {
    const page = query.toPageRequest(NEWEST_FIRST, isEntry);
    const filter = query.toFilter();
    return replyList(request, {
      sort: NEWEST_FIRST,
      page,
      read: (part) => this.auditLog.list(caller, filter, part),
      present: (entry) => AuditEntryResponse.from(entry),
    });
  }
}

function isEntry([at, id]: Position): boolean {
  return (
    typeof at === 'string' &&
    parseInstant(at) !== undefined &&
    typeof id === 'string' &&
    ENTRY_ID.test(id)
  );
}
