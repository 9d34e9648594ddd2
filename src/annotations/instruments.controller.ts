import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, Requires } from '../access/requires.decorator.js';
import type { Request } from 'express';
import { ListQuery } from '../http/list.query.js';
import { AnswersPage } from '../http/openapi.js';
import { replyPage } from '../http/page-reply.js';
import type { Reply } from '../http/reply.js';
import { InstrumentResponse } from './dto/instrument.response.js';
import { InstrumentsService } from './instruments.service.js';

const BY_NAME = 'name';

@ApiTags('annotations')
@Controller('instruments')
export class InstrumentsController {
  constructor(private readonly instruments: InstrumentsService) {}

  /**
   * List the labels in use
   * @remarks By name, each with the number of annotations and images that carry it.
   */
  @Requires('viewer')
  @Get()
  @AnswersPage(InstrumentResponse)
  async listInstruments(
    @CurrentCaller() caller: Caller,
    @Query() query: ListQuery,
    @Req() request: Request,
  ): Promise<Reply<InstrumentResponse[]>> {
    const page = query.toPageRequest(BY_NAME, ([name]) => typeof name === 'string');
    const found = await this.instruments.listInstruments(caller, page);
    return replyPage(request, found, BY_NAME, (item) => InstrumentResponse.from(item));
  }
}
