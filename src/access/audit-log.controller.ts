import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Position } from '../database/page.js';
import { AnswersPage } from '../http/openapi.js';
import { replyPage } from '../http/page-reply.js';
import type { Reply } from '../http/reply.js';
import { parseInstant } from '../http/validation/instant.js';
import { AuditLog } from './audit-log.service.js';
import type { Caller } from './caller.js';
import { AuditEntryResponse } from './dto/audit-entry.response.js';
import { ListAuditLogQuery } from './dto/list-audit-log.query.js';
import { CurrentCaller, Requires } from './requires.decorator.js';

const NEWEST_FIRST = '-at';
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
  ): Promise<Reply<AuditEntryResponse[]>> {
    const page = query.toPageRequest(NEWEST_FIRST, isEntry);
    const found = await this.auditLog.list(caller, query.toFilter(), page);
    return replyPage(request, found, NEWEST_FIRST, (entry) => AuditEntryResponse.from(entry));
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
