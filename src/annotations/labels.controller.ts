import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  type StreamableFile,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { versionTag } from '../database/entity-tag.js';
import type { RepeatableRequest } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { Repeatable } from '../http/idempotency.js';
import {
  Answers,
  AnswersUntagged,
  AnswersPage,
  Creates,
  Refuses,
  Removes,
} from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import { ListQuery } from '../http/list.query.js';
import { Reply } from '../http/reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { LabelPipe } from '../http/validation/path-parameters.js';
import { CreateInstrumentRequest } from './dto/create-instrument.request.js';
import { DeleteInstrumentQuery } from './dto/delete-instrument.query.js';
import { InstrumentChangeResponse } from './dto/instrument-change.response.js';
import { LabelChangeResponse } from './dto/label-change.response.js';
import { LabelResponse } from './dto/label.response.js';
import { PatchInstrumentQuery } from './dto/patch-instrument.query.js';
import { PatchInstrumentRequest } from './dto/patch-instrument.request.js';
import { isLabelChange } from './label-change-cursor.js';
import { LabelsService } from './labels.service.js';

const NEWEST_FIRST = 'label-history:-id';

@ApiTags('annotations')
@Controller('instruments')
export class LabelsController {
  constructor(private readonly labels: LabelsService) {}

  /**
   * Add a label
   * @remarks One that nothing carries yet. With INSTRUMENTS=closed annotations can carry only labels that are there;
   * with `open` they make what they name, and this is for those who want it earlier.
   */
  @Requires('admin')
  @Post()
  @Creates(LabelResponse)
  @Refuses('instrument-not-found', 'instrument-exists', 'idempotency-key-reused')
  async createInstrument(
    @CurrentCaller() caller: Caller,
    @Body() body: CreateInstrumentRequest,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<LabelResponse>> {
    const { label, isNew } = await this.labels.createLabel(caller, body.name, request);
    return Reply.made(LabelResponse.from(label), isNew, 'instruments', label.name).tagged(
      versionTag(label.version),
    );
  }

  /**
   * Read a label
   * @remarks With the ETag that a change sends back as If-Match. What carries it is counted by `GET /instruments`.
   */
  @Requires('viewer')
  @Get(':instrument_name')
  @ActsOnLabel()
  @Answers(LabelResponse)
  async getInstrument(
    @CurrentCaller() caller: Caller,
    @Param('instrument_name', LabelPipe) name: string,
  ): Promise<Reply<LabelResponse>> {
    const label = await this.labels.requireLabel(caller, name);
    return Reply.of(LabelResponse.from(label)).tagged(versionTag(label.version));
  }

  /**
   * Rename a label, or merge it into another
   * @remarks Everywhere and at once, however many annotations carry the label: none of them is written, and whatever
   * shows the label gets another ETag. If a label of the new name exists, `merge` has it take the place of this one, which
   * is gone then. `dry_run` says what would happen.
   */
  @Requires('admin', { unbound: true })
  @Patch(':instrument_name')
  @ActsOnLabel()
  @AnswersUntagged(LabelChangeResponse, 'What was done, or would be.')
  @Refuses('instrument-exists', 'instrument-changed')
  async patchInstrument(
    @CurrentCaller() caller: Caller,
    @Param('instrument_name', LabelPipe) name: string,
    @Preconditions() precondition: Precondition,
    @Body() body: PatchInstrumentRequest,
    @Query() query: PatchInstrumentQuery,
  ): Promise<LabelChangeResponse> {
    const wish = { to: body.name, merge: body.merge, dryRun: query.dry_run };
    const change = await this.labels.changeLabel(caller, name, precondition, wish);
    return LabelChangeResponse.from(change);
  }

  /**
   * Delete a label
   * @remarks One that no annotation carries, in use or in the trash. With a `replacement`, which gets what carries it,
   * as a merge gives it.
   */
  @Requires('admin', { unbound: true })
  @Delete(':instrument_name')
  @HttpCode(204)
  @ActsOnLabel()
  @Removes('The label is gone.')
  @Refuses('instrument-in-use', 'instrument-changed', 'unknown-instrument')
  async deleteInstrument(
    @CurrentCaller() caller: Caller,
    @Param('instrument_name', LabelPipe) name: string,
    @Query() query: DeleteInstrumentQuery,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    await this.labels.deleteLabel(caller, name, precondition, query.replacement);
  }

  /**
   * Read what was done to a label
   * @remarks Newest first, a page at a time; also to those that were called so before, and of one that is gone.
   */
  @Requires('admin', { unbound: true })
  @Get(':instrument_name/history')
  @AnswersPage(InstrumentChangeResponse)
  @Refuses('instrument-not-found')
  async listInstrumentChanges(
    @Param('instrument_name', LabelPipe) name: string,
    @Query() query: ListQuery,
    @Req() request: Request,
  ): Promise<Reply<InstrumentChangeResponse[] | StreamableFile>> {
    return replyList(request, {
      sort: NEWEST_FIRST,
      page: query.toPageRequest(NEWEST_FIRST, isLabelChange),
      read: (part) => this.labels.listChanges(name, part),
      present: (change) => InstrumentChangeResponse.from(change),
    });
  }
}

function ActsOnLabel() {
  return ActsOn(LabelsService, 'instrument-not-found', (labels, { instrument_name }, request) =>
    labels.requireLabel(callerOf(request), instrument_name ?? ''),
  );
}
