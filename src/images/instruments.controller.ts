import { Controller, Get, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, Requires } from '../access/requires.decorator.js';
import type { Request } from 'express';
import { AnswersCountedPage } from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import type { Reply } from '../http/reply.js';
import { InstrumentResponse } from './dto/instrument.response.js';
import { ListInstrumentsQuery } from './dto/list-instruments.query.js';
import { InstrumentsService } from './instruments.service.js';

const BY_NAME = 'instruments:name';
// Each page counts anew, so that few large ones cost least.
const COUNTED_AT_ONCE = { first: 1_000, next: 5_000 };

@ApiTags('annotations')
@Controller('instruments')
export class InstrumentsController {
  constructor(private readonly instruments: InstrumentsService) {}

  /**
   * List the labels in use
   * @remarks By name, each with the number of annotations and images that carry it, of all images or of those that
   * pass the filters of `GET /images`. In more than 50,000 images they are counted in a part of them, which
   * `X-Count: estimated` says; a label that few images carry may then be missing.
   */
  @Requires('viewer')
  @Get()
  @AnswersCountedPage(InstrumentResponse)
  async listInstruments(
    @CurrentCaller() caller: Caller,
    @Query() query: ListInstrumentsQuery,
    @Req() request: Request,
  ): Promise<Reply<InstrumentResponse[] | StreamableFile>> {
    const page = query.toPageRequest(BY_NAME, ([name]) => typeof name === 'string');
    const filter = query.toFilter();
    return replyList(request, {
      sort: BY_NAME,
      page,
      read: (part) => this.instruments.listInstruments(caller, filter, query.unused, part),
      present: (item) => InstrumentResponse.from(item),
      strides: COUNTED_AT_ONCE,
      headers: ({ isEstimated }): Record<string, string> =>
        isEstimated ? { 'X-Count': 'estimated' } : {},
    });
  }
}
