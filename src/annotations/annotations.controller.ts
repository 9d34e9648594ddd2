import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
  type StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, Requires } from '../access/requires.decorator.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { variantTag } from '../database/entity-tag.js';
import type { JsonText } from '../database/json-text.js';
import type { RepeatableRequest } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { Repeatable } from '../http/idempotency.js';
import { TakesAnnotationSet } from '../http/json-body.interceptor.js';
import { wantsLines } from '../http/line-stream.js';
import { replyAll } from '../http/list-reply.js';
import {
  Answers,
  AnswersAll,
  AnswersAllOrLines,
  Creates,
  NDJSON,
  Refuses,
  Removes,
  TakesJson,
} from '../http/openapi.js';
import { Reply } from '../http/reply.js';
import { AnnotationIndexPipe, ImageKeyPipe } from '../http/validation/path-parameters.js';
import { type AnnotationRecord, AnnotationSetsService } from './annotation-sets.service.js';
import { AnnotationsService } from './annotations.service.js';
import { ActsOnAnnotation, ActsOnImage, RefusesEdits } from './annotation-targets.js';
import { annotationTag } from './annotation-tags.js';
import { isAsStored } from './annotation-view.js';
import { ConflictInterceptor } from './conflicts/conflict.interceptor.js';
import { ANNOTATION_EXAMPLES } from './dto/annotation.examples.js';
import { AnnotationResponse } from './dto/annotation.response.js';
import { ListAnnotationsQuery } from './dto/list-annotations.query.js';
import { CreateAnnotationRequest } from './dto/create-annotation.request.js';
import { ReplaceAnnotationRequest } from './dto/replace-annotation.request.js';
import { ReplaceAnnotationSetRequest } from './dto/replace-annotation-set.request.js';
import { WriteAnnotationsQuery } from './dto/write-annotations.query.js';
import { AnnotationHistoryService } from './history/annotation-history.service.js';
import { DraftRepairs, type Repair } from './repairs/draft-repairs.service.js';
import { RepairedAnnotationResponse } from './repairs/dto/repaired-annotation.response.js';
import { written } from './written.js';

@ApiTags('annotations')
@Controller('images/:image_key/annotations')
@UseInterceptors(ConflictInterceptor)
export class AnnotationsController {
  constructor(
    private readonly annotations: AnnotationsService,
    private readonly sets: AnnotationSetsService,
    private readonly history: AnnotationHistoryService,
    private readonly repairs: DraftRepairs,
  ) {}

  /**
   * List the annotations of an image
   * @remarks All of them, by index. The ETag is that of the whole set, for If-Match; with `for`, `space` or
   * `as_of`, and of lines, it is another one, with which a change is 412. With `as_of` those that the image had at that time, each in the version it had then.
   */
  @Requires('viewer')
  @Get()
  @ActsOnImage()
  @AnswersAllOrLines(
    AnnotationResponse,
    'All annotations of the image, by index; the ETag is that of the set.',
  )
  @Refuses('picture-not-found', 'annotation-not-found', 'scale-too-large', 'rendition-too-large')
  @Refuses('picture-version-not-found')
  async listAnnotations(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Query() query: ListAnnotationsQuery,
    @Req() request: Request,
  ): Promise<Reply<AnnotationResponse[] | JsonText | StreamableFile>> {
    const [view, time] = [query.toView(), query.toTime()];
    if (!time && isAsStored(view) && !wantsLines(request)) {
      const { annotations, etag } = await this.sets.writtenSet(caller, imageKey);
      return Reply.of(annotations).tagged(etag);
    }
    const { annotations, etag } = time
      ? await this.history.viewSetAsOf(caller, imageKey, view, time)
      : await this.sets.viewSet(caller, imageKey, view);
    const reply = replyAll(request, annotations, (annotation) =>
      AnnotationResponse.from(imageKey, annotation),
    );
    return reply.tagged(wantsLines(request) ? variantTag(etag, NDJSON) : etag);
  }

  /**
   * Add an annotation
   * @remarks Without an `index` it gets the highest that was ever used in the image plus one. At most one geometry
   * (`polygon`, `box`, `polyline`, `points`, `mask`) is not null; with none it is a label of the whole picture.
   */
  @Requires('annotator')
  @Post()
  @TakesJson(CreateAnnotationRequest, ANNOTATION_EXAMPLES)
  @ActsOnImage()
  @Creates([AnnotationResponse, RepairedAnnotationResponse])
  @Refuses(
    'idempotency-key-reused',
    'annotation-exists',
    'too-many-annotations',
    'no-next-index',
    'impossible-geometry',
    'unknown-instrument',
  )
  async addAnnotation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Query() query: WriteAnnotationsQuery,
    @Body() body: CreateAnnotationRequest,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<AnnotationResponse>> {
    const sent = body.toDraft();
    const { drafts, repairs } = await this.repairs.repair(caller, imageKey, query.repair, [sent]);
    const [draft = sent] = drafts;
    const { annotation, isNew } = await this.annotations.addAnnotation(
      caller,
      imageKey,
      draft,
      request,
      query,
    );
    const response = responseOf(imageKey, annotation, repairs?.[0]);
    const reply = Reply.made(response, isNew, 'images', imageKey, 'annotations', annotation.index);
    return written(reply.tagged(annotationTag(annotation)), query);
  }

  /**
   * Replace all annotations of an image
   * @remarks In one transaction: what the list does not name is deleted, what has no index is added. With
   * `base_version` it is merged with what others changed since: only where both changed the same annotation it is a
   * conflict (409). `If-Match` stays strict; under `REQUIRE_IF_MATCH` send `If-Match: *` with `base_version`.
   */
  @Requires('annotator')
  @Put()
  @TakesAnnotationSet()
  @ActsOnImage()
  @AnswersAll(
    [AnnotationResponse, RepairedAnnotationResponse],
    'The annotations as they are now; the ETag is that of the set.',
  )
  @RefusesEdits()
  async replaceAnnotations(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Preconditions() precondition: Precondition,
    @Query() query: WriteAnnotationsQuery,
    @Body() body: ReplaceAnnotationSetRequest,
  ): Promise<Reply<AnnotationResponse[]>> {
    const sent = body.annotations.map((annotation) => annotation.toDraft());
    const { drafts, repairs } = await this.repairs.repair(
      caller,
      imageKey,
      query.repair,
      sent,
      'annotations',
    );
    const set = await this.sets.replaceSet(caller, imageKey, precondition, drafts, {
      baseVersion: body.base_version,
      isRehearsal: query.isRehearsal,
    });
    const done = new Map(set.indexes.map((index, place) => [index, repairs?.[place]]));
    const responses = set.annotations.map((annotation) =>
      responseOf(imageKey, annotation, repairs && (done.get(annotation.index) ?? [])),
    );
    return written(Reply.of(responses).tagged(`"${set.revision}"`), query);
  }

  /**
   * Read an annotation
   * @remarks With the ETag that a change sends back as If-Match.
   */
  @Requires('viewer')
  @Get(':annotation_index')
  @ActsOnAnnotation()
  @Answers(AnnotationResponse)
  async getAnnotation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
  ): Promise<Reply<AnnotationResponse>> {
    const annotation = await this.annotations.requireAnnotation(caller, imageKey, index);
    return Reply.of(AnnotationResponse.from(imageKey, annotation)).tagged(
      annotationTag(annotation),
    );
  }

  /**
   * Replace an annotation
   * @remarks Whole: `polygon` must be there (null clears it), so that none is lost by accident; beside another
   * geometry it may be left out.
   */
  @Requires('annotator')
  @Put(':annotation_index')
  @TakesJson(ReplaceAnnotationRequest, ANNOTATION_EXAMPLES)
  @ActsOnAnnotation()
  @Answers([AnnotationResponse, RepairedAnnotationResponse])
  @Refuses('annotation-changed', 'impossible-geometry', 'unknown-instrument')
  async replaceAnnotation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
    @Preconditions() precondition: Precondition,
    @Query() query: WriteAnnotationsQuery,
    @Body() body: ReplaceAnnotationRequest,
  ): Promise<Reply<AnnotationResponse>> {
    if (body.index !== undefined && body.index !== index)
      throw new InvalidRequest([
        { pointer: '#/index', detail: `must be ${index}, as in the path` },
      ]);
    const sent = body.toDraft();
    const { drafts, repairs } = await this.repairs.repair(caller, imageKey, query.repair, [sent]);
    const [content = sent] = drafts;
    const replaced = await this.annotations.replaceAnnotation(
      caller,
      imageKey,
      index,
      precondition,
      content,
      query,
    );
    const response = responseOf(imageKey, replaced, repairs?.[0]);
    return written(Reply.of(response).tagged(annotationTag(replaced)), query);
  }

  /**
   * Delete an annotation
   * @remarks Its index is not given again, but may be named again.
   */
  @Requires('annotator')
  @Delete(':annotation_index')
  @HttpCode(204)
  @ActsOnAnnotation()
  @Removes('The annotation is gone.')
  @Refuses('annotation-changed')
  async deleteAnnotation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    await this.annotations.deleteAnnotation(caller, imageKey, index, precondition);
  }
}

function responseOf(
  imageKey: string,
  annotation: AnnotationRecord,
  repairs: readonly Repair[] | undefined,
): AnnotationResponse {
  return RepairedAnnotationResponse.withRepairs(imageKey, annotation, repairs);
}
