import { Body, Controller, Param, Patch, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../access/caller.js';
import { CurrentCaller, Requires } from '../../access/requires.decorator.js';
import type { Precondition } from '../../errors/precondition.js';
import { Preconditions } from '../../http/conditional-requests.js';
import { TakesAnnotationSet } from '../../http/json-body.interceptor.js';
import { Answers } from '../../http/openapi.js';
import { Reply } from '../../http/reply.js';
import { ImageKeyPipe } from '../../http/validation/path-parameters.js';
import type { AnnotationDraft } from '../annotation.js';
import { ActsOnImage, RefusesEdits } from '../annotation-targets.js';
import { ConflictInterceptor } from '../conflicts/conflict.interceptor.js';
import { WriteAnnotationsQuery } from '../dto/write-annotations.query.js';
import { DraftRepairs } from '../repairs/draft-repairs.service.js';
import { written } from '../written.js';
import { AnnotationEditsResponse } from './dto/annotation-edits.response.js';
import { EditAnnotationsRequest } from './dto/edit-annotations.request.js';
import { SetEditsService } from './set-edits.service.js';

@ApiTags('annotations')
@Controller('images/:image_key/annotations')
@UseInterceptors(ConflictInterceptor)
export class SetEditsController {
  constructor(
    private readonly edits: SetEditsService,
    private readonly repairs: DraftRepairs,
  ) {}

  /**
   * Edit some annotations of an image
   * @remarks Creates, replaces and deletes in one transaction: all of it is done, or nothing. What the request does
   * not name stays as it is. With `base_version` only those edits are in conflict (409) whose annotation somebody
   * else changed since; under `REQUIRE_IF_MATCH` send `If-Match: *` with it.
   */
  @Requires('annotator')
  @Patch()
  @TakesAnnotationSet()
  @ActsOnImage()
  @Answers(AnnotationEditsResponse, 'What each edit came to; the ETag is that of the set.')
  @RefusesEdits()
  async editAnnotations(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Preconditions() precondition: Precondition,
    @Query() query: WriteAnnotationsQuery,
    @Body() body: EditAnnotationsRequest,
  ): Promise<Reply<AnnotationEditsResponse>> {
    const edits = body.toEdits();
    const repair = <T extends AnnotationDraft>(drafts: readonly T[], list: string) =>
      this.repairs.repair(caller, imageKey, query.repair, drafts, list);
    const create = await repair(edits.create, 'create');
    const replace = await repair(edits.replace, 'replace');
    const repaired = { ...edits, create: create.drafts, replace: replace.drafts };
    const { results, revision } = await this.edits.edit(
      caller,
      imageKey,
      precondition,
      repaired,
      query,
    );
    const repairs = create.repairs && [...create.repairs, ...(replace.repairs ?? [])];
    const response = AnnotationEditsResponse.from(imageKey, results, repairs);
    return written(Reply.of(response).tagged(`"${revision}"`), query);
  }
}
