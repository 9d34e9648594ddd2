import { Controller, Get, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Requires } from '../access/requires.decorator.js';
import { AnswersPage } from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import type { Reply } from '../http/reply.js';
import { InstrumentChangeResponse } from './dto/instrument-change.response.js';
import { ListInstrumentChangesQuery } from './dto/list-instrument-changes.query.js';
import { isLabelChange } from './label-change-cursor.js';
import { LabelsService } from './labels.service.js';

const OLDEST_FIRST = 'instrument-changes:id';

@ApiTags('annotations')
@Controller('instrument-changes')
export class LabelChangesController {
  constructor(private readonly labels: LabelsService) {}

  /**
   * List what was done to labels
   * @remarks To all of them, the oldest first. A rename or a merge changes what annotations are called without
   * writing any: who keeps a copy of them (`updated_since` of `GET /images`) calls those that it read before `at` and that carry
   * `from_name` `to_name`, one change after the other.
   */
  @Requires('viewer', { unbound: true })
  @Get()
  @AnswersPage(InstrumentChangeResponse)
  async listAllInstrumentChanges(
    @Query() query: ListInstrumentChangesQuery,
    @Req() request: Request,
  ): Promise<Reply<InstrumentChangeResponse[] | StreamableFile>> {
    return replyList(request, {
      sort: OLDEST_FIRST,
      page: query.toPageRequest(OLDEST_FIRST, isLabelChange),
      read: (part) => this.labels.listAllChanges(query.toSince(), part),
      present: (change) => InstrumentChangeResponse.from(change),
    });
  }
}
